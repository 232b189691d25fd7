"""What the functions of this package may be given."""


def check_options(allowed, **options):
    """Hold each option against its constraints.

    Parameters
    ----------
    allowed : dict of str to tuple
        For each option, constraints of which its value must meet one.
    **options : object
        The values.
    """
    for name, value in options.items():
        if not any(constraint.accepts(value) for constraint in allowed[name]):
            constraints = " or ".join(map(str, allowed[name]))
            raise ValueError(f"{name} must be {constraints}. Got {value!r}.")
