"""Scores of how well the segments of sequences were found."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from skrnn.metrics.segments import segment_pairs
from skrnn.parameters.constraints import Interval
from skrnn.validation.arrays import flat_array

if TYPE_CHECKING:
    from skrnn.utils.typing import Array, ArrayLike, SequencesLike

SHARE = Interval(Real, 0, 1, "right")


def segment_edit_score(
    y_true: SequencesLike,
    y_pred: SequencesLike,
    *,
    ignore: Any = None,
    sample_weight: ArrayLike | None = None,
) -> float:
    """Compute the segmental edit score: whether segments come in the right order.

    How long the segments are does not matter to it. It falls with each one too many,
    such as the fragments of a segment that was interrupted. It is 1 less the
    Levenshtein distance between the labels of the predicted segments and those of the
    true ones, divided by the number of segments of the longer of the two. The score is
    the mean over the sequences.

    Read more in the :ref:`User Guide <guide_metrics>`.

    Parameters
    ----------
    y_true : array of shape (n, n_steps), or list of n arrays of shape (n_steps_i,)
        Labels of the steps.
    y_pred : array of shape (n, n_steps), or list of n arrays of shape (n_steps_i,)
        The labels that were predicted.
    ignore : label, or list of labels, default=None
        Classes whose segments are left out on both sides, such as a background.
    sample_weight : array-like of shape (n,), default=None
        Weights of the sequences.

    Returns
    -------
    float
        Between 0 and 1, which is best. In publications it is often printed times 100.

    See Also
    --------
    segment_f1_score : Whether segments stand where they should.

    Notes
    -----
    Steps without a label (NaN, None, NA of pandas or the number -1) are left out of
    labels and predictions before segments are formed, so that a segment goes on behind
    a gap if its label does: single steps without a label do not break it up. A
    sequence without any label is left out. Where neither side has a segment that is
    not ignored, the score of a sequence is 1.

    References
    ----------
    C. Lea, M. D. Flynn, R. Vidal, A. Reiter, G. D. Hager: Temporal Convolutional
    Networks for Action Segmentation and Detection. CVPR 2017.

    Examples
    --------
    >>> from skrnn.metrics import segment_edit_score
    >>> y_true = [["walk"] * 5 + ["rest"] * 5]
    >>> segment_edit_score(y_true, [["walk"] * 2 + ["rest"] * 8])
    1.0
    >>> segment_edit_score(y_true, [["walk"] * 4 + ["rest"] * 5 + ["walk"]])
    0.666...
    """
    pairs = segment_pairs(y_true, y_pred, ignore, sample_weight)
    weights = [weight for weight, _, _ in pairs]
    scores = [_similarity(true.codes, found.codes) for _, true, found in pairs]
    return float(np.average(scores, weights=weights))


def segment_f1_score(
    y_true: SequencesLike,
    y_pred: SequencesLike,
    *,
    threshold: float | ArrayLike = 0.5,
    ignore: Any = None,
    sample_weight: ArrayLike | None = None,
) -> float | Array:
    """Compute the segmental F1 score, F1@k: whether segments stand where they should.

    Each predicted segment is compared with the true segment of the same class that it
    overlaps most, by the steps that both have divided by those that either has. It has
    found that segment if this ratio, the intersection over union, is at least
    `threshold`. A true segment is found once, and more that find it are false
    positives. True positives, false positives and false negatives are those of all
    sequences and classes together. Borders that are off by little do not matter, and
    fragments do.

    Read more in the :ref:`User Guide <guide_metrics>`.

    Parameters
    ----------
    y_true : array of shape (n, n_steps), or list of n arrays of shape (n_steps_i,)
        Labels of the steps.
    y_pred : array of shape (n, n_steps), or list of n arrays of shape (n_steps_i,)
        The labels that were predicted.
    threshold : float or array-like of shape (n_thresholds,), default=0.5
        The least intersection over union, above 0 and up to 1. F1@10, F1@25 and F1@50
        of publications are 0.1, 0.25 and 0.5.
    ignore : label, or list of labels, default=None
        Classes whose segments are left out on both sides, such as a background.
    sample_weight : array-like of shape (n,), default=None
        Weights of the sequences.

    Returns
    -------
    float, or ndarray of shape (n_thresholds,)
        Between 0 and 1, which is best. In publications it is often printed times 100.
        An array if there are several thresholds.

    See Also
    --------
    segment_edit_score : Whether segments come in the right order.

    Notes
    -----
    Steps without a label (NaN, None, NA of pandas or the number -1) are left out of
    labels and predictions before segments are formed, as in `segment_edit_score`.
    Where neither side has a segment that is not ignored, the score is 1.

    References
    ----------
    C. Lea, M. D. Flynn, R. Vidal, A. Reiter, G. D. Hager: Temporal Convolutional
    Networks for Action Segmentation and Detection. CVPR 2017.

    Y. Abu Farha, J. Gall: MS-TCN: Multi-Stage Temporal Convolutional Network for Action
    Segmentation. CVPR 2019.

    Examples
    --------
    Of three predicted segments two find one of the two true ones; the third, a
    fragment, is a false positive.

    >>> from skrnn.metrics import segment_f1_score
    >>> y_true = [["walk"] * 5 + ["rest"] * 5]
    >>> y_pred = [["walk"] * 4 + ["rest"] * 5 + ["walk"]]
    >>> segment_f1_score(y_true, y_pred)
    0.8
    >>> segment_f1_score(y_true, y_pred, threshold=[0.25, 0.5, 0.75])
    array([0.8, 0.8, 0.4])
    """
    thresholds = _read_thresholds(threshold)
    pairs = segment_pairs(y_true, y_pred, ignore, sample_weight)
    found_both, n_both = np.zeros(thresholds.size), 0.0
    for weight, true, found in pairs:
        found_both += 2 * weight * _n_found(true, found, thresholds.ravel())
        n_both += weight * (len(true.codes) + len(found.codes))
    scores = found_both / n_both if n_both else np.ones_like(found_both)
    return scores if thresholds.ndim else float(scores[0])


def _similarity(true, found):
    longer = max(len(true), len(found))
    return 1 - _levenshtein(true, found) / longer if longer else 1.0


def _levenshtein(a, b):
    """Compute the edit distance between two arrays, a row of the table at a time."""
    columns = np.arange(len(b) + 1)
    row = columns
    for i, item in enumerate(a, 1):
        step = np.minimum(row[1:] + 1, row[:-1] + (b != item))
        # Insertions go on along the row, one by one, which is a running minimum once
        # the column is taken off.
        row = np.minimum.accumulate(np.append(i, step) - columns) + columns
    return int(row[-1])


def _n_found(true, found, thresholds):
    """Count the true segments that were found, for each threshold."""
    i, j = _overlapping(true, found)
    same = found.codes[i] == true.codes[j]
    i, j = i[same], j[same]
    both = np.minimum(true.stops[j], found.stops[i])
    both -= np.maximum(true.starts[j], found.starts[i])
    either = np.maximum(true.stops[j], found.stops[i])
    either -= np.minimum(true.starts[j], found.starts[i])
    ratio = both / either
    # The true segment with the largest ratio, for each found one that has any.
    order = np.lexsort((j, -ratio, i))
    best = order[np.unique(i[order], return_index=True)[1]]
    return np.array([len(np.unique(j[best][ratio[best] >= x])) for x in thresholds])


def _overlapping(true, found):
    """Return the numbers of found and true segments with steps in common, in pairs."""
    first = np.searchsorted(true.stops, found.starts, side="right")
    n = np.searchsorted(true.starts, found.stops, side="left") - first
    i = np.repeat(np.arange(len(n)), n)
    return i, np.arange(len(i)) + np.repeat(first - np.cumsum(n) + n, n)


def _read_thresholds(threshold):
    values = flat_array(threshold, "threshold")
    are_shares = all(SHARE.is_satisfied_by(value) for value in values.ravel())
    if values.ndim > 1 or not values.size or not are_shares:
        raise ValueError(
            f"The 'threshold' parameter of segment_f1_score must be {SHARE}, or "
            f"several of them. Got {threshold!r:.60}."
        )
    return values.astype(float)
