"""Padding and order of axes: padded arrays, ragged lists, channels first."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np

from skrnn.parameters.constraints import Interval, Options, check_options
from skrnn.sequences import lengths_of
from skrnn.sequences.ragged import padded
from skrnn.validation.advice import MASKED
from skrnn.validation.arrays import as_array, flat_array
from skrnn.validation.layouts import BLOCK, RAGGED, SHAPES, recognise
from skrnn.validation.padding import lengths_without_padding
from skrnn.validation.sequences import check_block, check_ragged
from skrnn.validation.values import as_numbers

if TYPE_CHECKING:
    from skrnn.utils.typing import Array, ArrayLike, SequenceArrays, SequencesLike

OPTIONS = {"n_steps": [Interval(Integral, 1), Options((None,))]}


def ragged_from_padded(X: ArrayLike, lengths: ArrayLike | None = None) -> list[Array]:
    """Cut sequences that were padded to one length to their own.

    Padding is never guessed from values, but for NaN at the end, where `lengths` are
    not given.

    Read more in the :ref:`User Guide <guide_padding>`.

    Parameters
    ----------
    X : array of shape (n, n_steps, n_features)
        Sequences with padding after their end.
    lengths : array-like of int of shape (n,), default=None
        How many steps of each sequence are its own; whatever stands after them is cut
        off. Without them, the last steps of a sequence are cut off in which all
        features are NaN. Any NaN before is a missing value, and stays.

    Returns
    -------
    list of n arrays of shape (n_steps_i, n_features)
        Views of `X`, where that is an array of numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.preprocessing import ragged_from_padded
    >>> X = np.array([[[1.0], [np.nan], [3.0]], [[4.0], [np.nan], [np.nan]]])
    >>> [x.ravel().tolist() for x in ragged_from_padded(X)]
    [[1.0, nan, 3.0], [4.0]]
    >>> X = np.array([[[1], [0]], [[4], [5]]])
    >>> [x.ravel().tolist() for x in ragged_from_padded(X, lengths=[1, 2])]
    [[1], [4, 5]]
    """
    X = _read_block(X, "ragged_from_padded")
    if lengths is None:
        lengths = lengths_without_padding(X)
    else:
        lengths = _check_lengths(lengths, X)
    return [x[:length] for x, length in zip(X, lengths.tolist(), strict=True)]


def padded_from_ragged(
    X: SequencesLike, *, fill_value: float = np.nan, n_steps: int | None = None
) -> tuple[Array, Array]:
    """Pad sequences to one length.

    Read more in the :ref:`User Guide <guide_padding>`.

    Parameters
    ----------
    X : list of n arrays of shape (n_steps_i, n_features), or array of shape \
(n, n_steps, n_features)
        The sequences.
    fill_value : float, default=nan
        What stands after the end of a sequence.
    n_steps : int, default=None
        How many steps all get, not less than the longest has; that many if None.

    Returns
    -------
    block : ndarray of shape (n, n_steps, n_features)
        A copy. float32 stays float32; integers stay integers if `fill_value` is one,
        and become float64 otherwise.
    lengths : ndarray of int of shape (n,)
        How many steps each sequence had: `ragged_from_padded(block, lengths)` is the
        way back.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.preprocessing import padded_from_ragged
    >>> block, lengths = padded_from_ragged([np.ones((2, 1)), np.ones((1, 1))])
    >>> block[:, :, 0].tolist(), lengths.tolist()
    ([[1.0, 1.0], [1.0, nan]], [2, 1])
    """
    samples = read_sequences(X, "padded_from_ragged")
    n_steps, lengths = steps_for_all(samples, n_steps, "padded_from_ragged")
    fill = as_array(fill_value, "fill_value")
    if fill.ndim or fill.dtype.kind not in "biuf":
        raise ValueError(f"fill_value must be one number. Got {fill_value!r}.")
    # A Python number widens no float32.
    return padded(samples, n_steps, fill.item()), lengths


def steps_for_all(samples, n_steps, name):
    """Return how many steps sequences get, as the user said if so, and have."""
    check_options(name, OPTIONS, {"n_steps": n_steps})
    lengths = lengths_of(samples)
    longest = int(lengths.max())
    if n_steps is not None and n_steps < longest:
        raise ValueError(
            f"n_steps={n_steps} is less than the {longest} steps of sequence "
            f"{int(lengths.argmax())} of X. Nothing is cut off: pass at least "
            f"{longest}, or cut the sequences first, as [x[-{n_steps}:] for x in X]."
        )
    return longest if n_steps is None else int(n_steps), lengths


def channels_last(X: SequencesLike) -> SequenceArrays:
    """Move the features last, where other libraries have them before the steps.

    Read more in the :ref:`User Guide <guide_input_layouts>`.

    Parameters
    ----------
    X : array of shape (n, n_features, n_steps), or list of n arrays of shape \
(n_features, n_steps_i)
        Sequences, with features first.

    Returns
    -------
    ndarray of shape (n, n_steps, n_features), or list of n arrays of shape \
(n_steps_i, n_features)
        Views of the arrays in `X`.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn.preprocessing import channels_last
    >>> channels_last(np.zeros((10, 3, 50))).shape
    (10, 50, 3)
    """
    name = "channels_last"
    X, layout = recognise(X, name)
    if layout == BLOCK:
        return check_block(X.transpose(0, 2, 1), name, numbers=False)[0]
    if layout != RAGGED:
        raise ValueError(
            f"{name} expected an array of shape (sequences, features, steps) or a list "
            f"of (features, steps) arrays, got a table of shape {np.shape(X)}. Pass "
            "X[np.newaxis] if it is one sequence."
        )
    arrays = [as_array(x, f"Sequence {i} of X", MASKED) for i, x in enumerate(X)]
    for i, x in enumerate(arrays):
        if x.shape[:1] != arrays[0].shape[:1]:
            raise ValueError(
                f"All sequences must have the same features, but sequence 0 of X has "
                f"shape {arrays[0].shape} and sequence {i} has shape {x.shape}: {name} "
                "expected shape (features, steps). If the steps come first, X is in "
                "our order as it is."
            )
    return check_ragged([x.T for x in arrays], name, numbers=False)[0]


def _read_block(X, name):
    X, layout = recognise(X, name)
    if layout != BLOCK:
        advice = (
            "A list is ragged already."
            if layout == RAGGED
            else ("Pass X[:, :, np.newaxis] if each column is a step of one number.")
        )
        raise ValueError(
            f"{name} expected {SHAPES[BLOCK]}, got {SHAPES[layout]}. {advice}"
        )
    check_block(X, name, numbers=False)
    return as_numbers(X, "X", name)


def read_sequences(X, name):
    """Return the sequences in a ragged list or a 3-D array as a list of arrays."""
    X, layout = recognise(X, name)
    if layout == BLOCK:
        return list(_read_block(X, name))
    if layout != RAGGED:
        raise ValueError(
            f"{name} expected {SHAPES[RAGGED]}, got {SHAPES[layout]} of shape "
            f"{np.shape(X)}. ragged_from_table makes sequences of its rows."
        )
    samples, _ = check_ragged(X, name, numbers=False)
    return [
        as_numbers(np.asarray(x), f"Sequence {i} of X", name)
        for i, x in enumerate(samples)
    ]


def _check_lengths(lengths, X):
    n, n_steps, _ = X.shape
    lengths = flat_array(lengths, "lengths")
    if lengths.shape != (n,) or lengths.dtype.kind not in "iu":
        raise ValueError(
            f"lengths must be one int for each of the {n} sequences, got "
            f"{lengths.dtype} of shape {lengths.shape}."
        )
    wrong = np.flatnonzero((lengths < 1) | (lengths > n_steps))
    if len(wrong):
        raise ValueError(
            f"lengths must be in the range [1, {n_steps}], as X has {n_steps} steps, "
            f"but lengths[{wrong[0]}] is {lengths[wrong[0]]}. Leave sequences without "
            "steps, and their labels, out."
        )
    return lengths
