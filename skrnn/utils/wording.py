"""How messages list what they are about."""


def some_of(items, most=5):
    """List the first few of some items, and say how many more there are."""
    shown = ", ".join(map(repr, items[:most]))
    more = len(items) - most
    return f"{shown} and {more} more" if more > 0 else shown
