"""Links to scikit-learn's site, in the docstrings that methods inherit from it."""

import re

STABLE = "https://scikit-learn.org/stable/"
SET_OUTPUT = "auto_examples/miscellaneous/plot_set_output.html"
#: Pages of the labels that these docstrings refer to.
PAGES = {
    "accuracy_score": "modules/model_evaluation.html#accuracy-score",
    "df_output_transform": SET_OUTPUT,
    "metadata_routing": "metadata_routing.html",
    "sphx_glr_auto_examples_miscellaneous_plot_set_output.py": SET_OUTPUT,
}


def setup(app):
    """Replace the references before docstrings are read."""
    app.connect("autodoc-process-docstring", replace_references)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def replace_references(app, what, name, obj, options, lines):
    """Replace references to labels of scikit-learn by links, in place."""
    text = "\n".join(lines)
    text = re.sub(r":ref:`(sphx_glr\w+\.py)`", r":ref:`the gallery <\1>`", text)
    text = re.sub(r":ref:`([^<`]+?)\s*<([\w.]+)>`", link, text)
    lines[:] = re.sub(r":term:`([^`]+)`", r"\1", text).split("\n")


def link(reference):
    """Return the link that a reference becomes; ours stay as they are."""
    words, label = reference.groups()
    return f"`{words} <{STABLE}{PAGES[label]}>`__" if label in PAGES else reference[0]
