"""How the pictures of the gallery look, and that its examples run without a warning."""

import re
import warnings
from pathlib import Path

import matplotlib.pyplot as plt

#: The examples in the order of the page that shows them all.
_PAGE = Path(__file__).parents[1] / "gallery.md"
_ORDER = re.findall(r"examples/(\w+)\.py", _PAGE.read_text(encoding="utf-8"))
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


def place(path):
    """Return the place of an example among all."""
    return _ORDER.index(Path(path).stem)
