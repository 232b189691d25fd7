"""Wording of messages."""


def some_of(items, most=5):
    """Return a text of the first few items and of how many more there are."""
    shown = ", ".join(map(repr, items[:most]))
    more = len(items) - most
    return f"{shown} and {more} more" if more > 0 else shown
