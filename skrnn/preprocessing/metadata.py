"""Metadata routing from sequences to their steps."""

import numpy as np
from sklearn import get_config
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)

from skrnn.validation import check_weights


def make_router(owner, transformer):
    """Return the router from the methods of an owner to those of its transformer."""
    mapping = MethodMapping()
    for method in ("fit", "partial_fit", "transform", "inverse_transform"):
        mapping.add(caller=method, callee=method)
    for callee in callees_of("fit_transform", transformer):
        mapping.add(caller="fit_transform", callee=callee)
    return MetadataRouter(owner=owner).add(
        transformer=transformer, method_mapping=mapping
    )


def callees_of(method, transformer):
    """Name what to call for a method: a transformer may lack `fit_transform`."""
    if method == "fit_transform" and not hasattr(transformer, method):
        return ["fit", "transform"]
    return [method]


def metadata_of_steps(owner, method, params, steps, transformer):
    """Return the metadata for each method to call, for steps, not sequences.

    Without metadata routing, all of it goes to the first of them.
    """
    callees = callees_of(method, transformer)
    routed = {callees[0]: params}
    if get_config()["enable_metadata_routing"]:
        routed = process_routing(owner, method, **params)["transformer"]
    return {
        callee: {
            name: _of_steps(name, value, steps)
            for name, value in routed.get(callee, {}).items()
        }
        for callee in callees
    }


def _of_steps(name, value, steps):
    """Repeat values for each step, if there is one value a sequence."""
    n = len(steps.lengths)
    if name == "sample_weight" and value is not None:
        return steps.repeat(check_weights(value, n))
    is_one_each = not isinstance(value, str | dict) and np.ndim(value) > 0
    return steps.repeat(value) if is_one_each and len(value) == n else value
