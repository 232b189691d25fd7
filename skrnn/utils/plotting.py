"""Optional matplotlib, and the axes of displays."""

from skrnn.utils.optional import require


def new_or_given(ax, name, height=4.0, width=6.4):
    """Return the axes to draw on: those of the user, or those of a new figure.

    Parameters
    ----------
    ax : matplotlib Axes or None
        Those of the user.
    name : str
        Name of the display, for the case that matplotlib is missing.
    height, width : float
        Size of a new figure, in inches.

    Returns
    -------
    matplotlib Axes
    """
    pyplot = import_pyplot(name)
    if ax is not None:
        return ax
    return pyplot.subplots(figsize=(width, height), layout="constrained")[1]


def import_pyplot(name):
    """Import ``matplotlib.pyplot``; raise an error that says how to install it."""
    return require("matplotlib.pyplot", name, "plot")
