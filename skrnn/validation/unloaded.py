"""Collections that are not in memory: recognised by type, and read when needed."""

from collections.abc import Set

import numpy as np
from scipy import sparse

from skrnn.sequences import Unloaded
from skrnn.sequences.sources import Block, Items
from skrnn.validation.format import CheckedSequences
from skrnn.validation.layouts import BLOCK, RAGGED, check_container, depth_of
from skrnn.validation.names import check_names, columns_of, is_frame
from skrnn.validation.padding import advice_at_nan
from skrnn.validation.reading import Check, check_no_record
from skrnn.validation.sequences import (
    check_block,
    check_fitted_layout,
    check_sequences,
    computing_type,
    format_of_steps,
    meanings_of_nan,
    read_sequence,
)
from skrnn.validation.values import check_kind

#: Dask arrays of so many bytes are computed once, as a whole.
SMALL = 2**26
#: What has one of these lies in memory, or is converted as a whole.
IN_MEMORY = ("__array_interface__", "__dlpack__", "to_numpy", "columns")

CATEGORIES = (
    "categorical_features of {name} needs all categories before it learns, but X is "
    "{kind}, which is read a few sequences at a time. Encode the categories beforehand "
    "with skrnn.preprocessing.TokenEncoder, or pass [X[i] for i in range(len(X))], "
    "which is in memory."
)


def check_or_open(estimator, X, *, expected=None, digest=None):
    """Check X, but what is not in memory only when it is read.

    Parameters
    ----------
    estimator : estimator
        The estimator, for messages and for scikit-learn; it is not changed.
    X : 3-D array, list of 2-D arrays, table, or collection of 2-D arrays
        The sequences.
    expected : SequenceFormat, optional
        Format that X must have; by default, any.
    digest : callable, optional
        From a sequence to 16 bytes by which copies are told.

    Returns
    -------
    CheckedSequences
        Its samples are `Unloaded` if X is not in memory.
    """
    name = type(estimator).__name__
    layout, first = recognise_unloaded(X, name)
    if layout is None:
        return check_whole(estimator, X, expected=expected)
    check_fitted_layout(name, layout, expected)
    if _has_categories(estimator, expected, first):
        if layout == BLOCK or isinstance(X, list | tuple):
            return check_sequences(estimator, X, expected=expected)
        raise ValueError(CATEGORIES.format(name=name, kind=type(X).__name__))
    if layout == BLOCK:
        return _open_block(estimator, X, expected, digest)
    return _open_items(estimator, X, first, expected, digest)


def check_whole(estimator, X, **options):
    """Check X as `check_sequences` does, also a collection: as a list of its items.

    NumPy would ask it for items until it has no more, and make a block of them.
    """
    if _may_have_items(X):
        check_container(X, type(estimator).__name__)
        X = [X[i] for i in range(len(X))]
    return check_sequences(estimator, X, **options)


def recognise_unloaded(X, name):
    """Recognise a collection that is not in memory.

    Parameters
    ----------
    X : object
        Anything.
    name : str
        Name of the estimator.

    Returns
    -------
    layout : {"3-D array", "ragged list"} or None
        Its layout; None for anything else.
    first : object
        The first item of a list.
    """
    if isinstance(X, np.ndarray):
        return None, None
    if isinstance(X, list | tuple):
        is_ragged = _has_stored_item(X)
        return (RAGGED, X[0]) if is_ragged else (None, None)
    if _is_large_array(X):
        return BLOCK, None
    if not _may_have_items(X):
        return None, None
    check_container(X, name)
    if len(X) == 0:
        raise ValueError(f"X has no sequences; {name} needs at least one.")
    first = Items(X, is_stored).get(0)
    check_no_record(first, 0, name)
    return (RAGGED, first) if depth_of(first) == 2 else (None, None)


def is_stored(X):
    """Return whether an object is an array, or alike, that is not in memory."""
    if isinstance(X, np.ndarray | np.generic) or sparse.issparse(X):
        return False
    if not hasattr(type(X), "__getitem__"):
        return False
    if hasattr(X, "__dask_graph__") or any(hasattr(X, has) for has in IN_MEMORY):
        return False
    if not isinstance(getattr(X, "shape", None), tuple) or not hasattr(X, "dtype"):
        return False
    try:
        memoryview(X)
    except TypeError:
        return True
    return False


def _has_stored_item(X):
    """Return whether a list has an array of two axes that is not in memory."""
    one_of_each = {type(item): item for item in X if type(item) is not np.ndarray}
    stored = {kind for kind, item in one_of_each.items() if is_stored(item)}
    return any(type(item) in stored and len(item.shape) == 2 for item in X)


def _is_large_array(X):
    if hasattr(X, "__dask_graph__"):
        # Where the sizes of blocks are not known, that of all is NaN.
        n_axes = getattr(X, "ndim", None)
        return isinstance(n_axes, int) and n_axes == 3 and X.nbytes > SMALL
    return is_stored(X) and len(X.shape) == 3


def _may_have_items(X):
    """Return whether an object is a collection that has to be asked for its items."""
    kind = type(X)
    if not (hasattr(kind, "__len__") and hasattr(kind, "__getitem__")):
        return False
    if isinstance(X, list | tuple | Set | bytearray | memoryview):
        return False
    if is_frame(X) or sparse.issparse(X):
        return False
    return not any(
        hasattr(X, has) for has in ("__array__", "__dask_graph__", *IN_MEMORY)
    )


def _has_categories(estimator, expected, first):
    """Return whether there are categorical features, which need all sequences."""
    if expected is not None:
        return expected.categories is not None
    asked = getattr(estimator, "categorical_features", None)
    return asked is not None and (not isinstance(asked, str) or is_frame(first))


def _open_block(estimator, X, expected, digest):
    """Return an array of three axes as sequences that are read when needed."""
    name, nan = type(estimator).__name__, meanings_of_nan(estimator, BLOCK, expected)
    check_block(X, name, numbers=False)
    dtype = np.dtype(X.dtype)
    check_kind(X, "X", name)
    # Of the same shape, and without a number of its own.
    like = np.broadcast_to(np.zeros((), dtype), X.shape)
    form = format_of_steps(estimator, like, None, BLOCK, expected, nan)
    n_steps = X.shape[1]
    check = Check(name, form, dtype, advice_at_nan(estimator, form), n_steps=n_steps)
    samples = Unloaded(
        Block(X, _edges(X)),
        check,
        dtype=computing_type([X]),
        n_features=form.n_features,
        digest=digest,
        static=form.static_in_step,
        n_steps=None if form.padding else n_steps,
    )
    n_steps = n_steps if form.padding else None
    return CheckedSequences(samples, samples.dtype, form, n_steps=n_steps)


def _open_items(estimator, X, first, expected, digest):
    """Return a collection of sequences as some that are read when needed."""
    name, nan = type(estimator).__name__, meanings_of_nan(estimator, RAGGED, expected)
    columns = columns_of(first) if is_frame(first) else None
    names = check_names(estimator, [first], expected)
    source = Items(X, is_stored)
    if is_stored(first):
        first = source.get_in_memory(0)
    one = read_sequence(first, 0, name, allow_nan=any(nan.values()))
    # The items of a list can all be asked for it.
    dtype = computing_type(X if isinstance(X, list | tuple) else [one])
    form = format_of_steps(estimator, [one], names, RAGGED, expected, nan)
    check = Check(name, form, dtype, advice_at_nan(estimator, form), columns)
    samples = Unloaded(
        source,
        check,
        dtype=dtype,
        n_features=form.n_features,
        digest=digest,
        static=form.static_in_step,
    )
    return CheckedSequences(samples, dtype, form)


def _edges(X):
    """Return where the blocks begin in which an array is stored, along its first axis.

    Returns
    -------
    ndarray of int
        With the number of all rows at the end; empty if each row is by itself.
    """
    chunks = getattr(X, "chunks", None)
    if not isinstance(chunks, tuple) or len(chunks) != len(X.shape):
        return np.empty(0, int)
    if isinstance(chunks[0], tuple):  # of Dask: the size of each
        edges = np.cumsum([0, *chunks[0]])
    else:
        edges = np.append(np.arange(0, X.shape[0], chunks[0]), X.shape[0])
    return edges if len(edges) <= X.shape[0] else np.empty(0, int)
