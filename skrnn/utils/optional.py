"""Libraries of the extras, imported only where they are needed."""

from importlib import import_module


def require(module, caller, extra):
    """Import a module; raise an error that names the extra which installs it.

    Parameters
    ----------
    module : str
        Its full name, as "matplotlib.pyplot".
    caller : str
        What needs it.
    extra : str
        What installs it.

    Returns
    -------
    module
    """
    library, _, _ = module.partition(".")
    try:
        import_module(library)
        return import_module(module)
    except ImportError as error:
        raise ImportError(
            f"{caller} needs {library}: pip install 'skrnn[{extra}]'."
        ) from error


def narwhals():
    """Import narwhals, which reads data frames of every kind."""
    return require("narwhals", "Reading data frames", "frame")
