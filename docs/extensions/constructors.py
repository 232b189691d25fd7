"""Signatures of classes as users call them, although a `__new__` checks the names."""

import inspect

from sphinx.util.inspect import stringify_signature


def setup(app):
    """Give autodoc the signatures."""
    app.connect("autodoc-process-signature", signature_of_class)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def signature_of_class(app, what, name, obj, options, signature, returns):
    """Return the signature that Python reports for a class; leave others alone."""
    if what != "class":
        return None
    return stringify_signature(inspect.signature(obj), show_annotation=False), None
