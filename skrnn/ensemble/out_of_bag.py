"""What members say of the sequences that they have not seen."""

import warnings

import numpy as np


def mean_of_left_out(shape, samples, outputs):
    """Return the mean over the members that have not seen a sequence.

    Parameters
    ----------
    shape : tuple of int
        Shape of the outputs of a member, (n, ...).
    samples : list of Sample
        What each member has learnt from.
    outputs : list of ndarray or None
        Outputs of each for what it has not seen, if there is any.

    Returns
    -------
    mean : ndarray of shape (n, ...)
        NaN for what all members have seen.
    known : ndarray of bool of shape (n,)
        Which of them are not.
    """
    total, votes = np.zeros(shape), np.zeros(shape[0])
    for sample, said in zip(samples, outputs, strict=True):
        if said is not None:
            total[sample.left_out] += said.reshape(-1, *shape[1:])
            votes[sample.left_out] += 1
    known = votes > 0
    total[known] /= votes[known].reshape(-1, *[1] * (total.ndim - 1))
    total[~known] = np.nan
    return total, known


def warn_of_unknown(known, stacklevel):
    """Warn that some sequences have no prediction, `stacklevel` frames up."""
    warnings.warn(
        f"Every member has learnt from {np.sum(~known)} of {len(known)} "
        "sequences: these have no out-of-bag prediction, and oob_score_ is of "
        "the others. With more members, n_estimators, there are fewer of them.",
        stacklevel=stacklevel,
    )
