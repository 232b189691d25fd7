"""How the pictures of the gallery look, and that its examples run without a warning."""

import warnings

import matplotlib.pyplot as plt

_FILTERS = []


def reset(gallery_conf, fname, when):
    """Prepare Matplotlib and the warnings for an example; clean up after it."""
    plt.rcdefaults()
    if when == "after":
        warnings.filters[:] = _FILTERS.pop()
        return
    plt.style.use("tableau-colorblind10")
    plt.rcParams.update({"figure.constrained_layout.use": True, "figure.dpi": 100})
    _FILTERS.append(warnings.filters[:])
    warnings.simplefilter("error")
    # The gallery draws with a canvas that has no window.
    warnings.filterwarnings("ignore", "FigureCanvasAgg is non-interactive")
