"""Steps whose answers are explained."""

import numpy as np

from skrnn.estimators.introspection import answers_every_step
from skrnn.sequences import lengths_of
from skrnn.validation.arrays import as_array


def choose_steps(estimator, step, samples):
    """Settle the answer of which step of each sequence is explained.

    Parameters
    ----------
    estimator : estimator
        A fitted classifier or regressor of skrnn.
    step : int, array-like of int of shape (n,), or None
        What the user asked for.
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The sequences.

    Returns
    -------
    ndarray of int of shape (n,), or None
        Counted from the beginning; None where a sequence has one answer.
    """
    name, lengths = type(estimator).__name__, lengths_of(samples)
    if not answers_every_step(estimator):
        if step is not None:
            raise ValueError(
                f"step={step!r} is for estimators with an answer for every step, and "
                f"{name} has one for a sequence. Leave step out."
            )
        return None
    given = as_array(-1 if step is None else step, "step")
    if given.dtype.kind not in "iu" or given.shape not in ((), (len(lengths),)):
        raise ValueError(
            "step must be an int, the number of a step, or one for each of the "
            f"{len(lengths)} sequences of X. Got {step!r}."
        )
    given = np.broadcast_to(given, lengths.shape).astype(np.intp)
    steps = np.where(given < 0, given + lengths, given)
    outside = (steps < 0) | (steps >= lengths)
    if outside.any():
        i = int(outside.argmax())
        raise ValueError(
            f"step={given[i]} is no step of sequence {i} of X, which has {lengths[i]}: "
            f"it must be from {-lengths[i]} to {lengths[i] - 1}."
        )
    return steps


def at_steps(scores, steps):
    """Return the scores of one step of each sequence, ndarray (n, n_outputs)."""
    return np.array([one[step] for one, step in zip(scores, steps, strict=True)])
