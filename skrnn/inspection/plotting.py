"""What the displays share: matplotlib where it is needed, and axes."""


def new_or_given(ax, name, height=4.0, width=6.4):
    """Give the axes to draw on: those of the user, or those of a new figure.

    Parameters
    ----------
    ax : matplotlib Axes or None
        What the user gave.
    name : str
        Of the display, for the case that matplotlib is missing.
    height, width : float
        Of a new figure, in inches.

    Returns
    -------
    matplotlib Axes
    """
    pyplot = import_pyplot(name)
    if ax is not None:
        return ax
    return pyplot.subplots(figsize=(width, height), layout="constrained")[1]


def import_pyplot(name):
    """Import ``matplotlib.pyplot``, or say how to get it."""
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError(
            f"{name} needs matplotlib: pip install 'skrnn[plot]'."
        ) from error
    return pyplot
