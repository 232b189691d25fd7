"""Formulas as MathML, which browsers know: no script, and nothing from another site."""

from docutils.nodes import SkipNode
from latex2mathml.converter import convert


def setup(app):
    """Offer the renderer "mathml"."""
    app.add_html_math_renderer("mathml", (inline, None), (display, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def inline(writer, node):
    """Write a formula in a line of text."""
    writer.body.append(convert(node.astext(), display="inline"))
    raise SkipNode


def display(writer, node):
    """Write a formula on lines of its own."""
    formula = convert(node.astext(), display="block")
    writer.body.append(f'<div class="formula" tabindex="0">{formula}</div>')
    raise SkipNode
