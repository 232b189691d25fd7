"""Predictions of Dask collections, which are computed where these are."""

from functools import partial

import numpy as np

from skrnn.validation.layouts import is_lazy


def computed(*values):
    """Return values with those that are lazy computed, at the same time."""
    if not any(map(is_lazy, values)):
        return values
    import dask

    return dask.compute(*values, traverse=False)


def predict_lazily(method, X):
    """Return what a method of a fitted estimator makes of a Dask collection, lazily.

    Parameters
    ----------
    method : callable
        From sequences to an array, or to a list for a list.
    X : dask.array.Array, dask.bag.Bag, Dask data frame or Delayed
        The sequences.

    Returns
    -------
    dask.array.Array, or dask.bag.Bag or Delayed for such
        In as many parts as X has.
    """
    import dask
    from dask.array import Array
    from dask.bag import Bag
    from dask.delayed import Delayed

    if isinstance(X, Delayed):
        return dask.delayed(method)(X)
    if isinstance(X, Bag):
        return X.map_partitions(partial(_of_items, method))
    return _of_array(method, X) if isinstance(X, Array) else _of_frame(method, X)


def _of_array(method, X):
    """Return the answers for an array, block by block of sequences."""
    X = X.rechunk(dict.fromkeys(range(1, X.ndim), -1))
    # Of a single sequence of zeros: its answer has the type and the axes of all others.
    answer = method(np.zeros((1, *X.shape[1:]), X.dtype))
    return X.map_blocks(
        partial(_of_block, method, answer[:0]),
        dtype=answer.dtype,
        meta=answer[:0],
        chunks=(X.chunks[0], *((n,) for n in answer.shape[1:])),
        drop_axis=list(range(1, X.ndim)),
        new_axis=list(range(1, answer.ndim)),
    )


def _of_frame(method, X):
    """Return the answers for a data frame, as an array of as many parts."""
    import dask
    import dask.array as da

    answer = method(X.head(1, npartitions=-1))
    ask = dask.delayed(partial(_of_block, method, answer[:0]))
    shape = np.nan, *answer.shape[1:]
    parts = [
        da.from_delayed(ask(part), shape, meta=answer[:0]) for part in X.to_delayed()
    ]
    return da.concatenate(parts)


def _of_block(method, empty, block):
    """Return the answers for a block, which may have no sequences."""
    return method(block) if len(block) else empty


def _of_items(method, items):
    """Return the answers for a part of a bag, which may be empty or an iterator."""
    items = list(items)
    return method(items) if items else []
