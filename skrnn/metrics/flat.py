"""Labels and predictions of steps, made flat for any metric."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, overload

import numpy as np

from skrnn.metrics.labelled import LabelledSteps, read_steps
from skrnn.parameters.constraints import Interval, Options, check_options
from skrnn.validation.steps import UNLABELLED

if TYPE_CHECKING:
    from skrnn.utils.typing import Array, SequencesLike

NAME = "flatten_steps"
OPTIONS = {"unlabelled": [Interval(Real, -np.inf), Options((None,))]}


@overload
def flatten_steps(
    y_true: SequencesLike,
    y_pred: None = None,
    *,
    sample_weight: None = None,
    unlabelled: float | None = UNLABELLED,
) -> Array: ...
@overload
def flatten_steps(
    y_true: SequencesLike,
    y_pred: SequencesLike,
    *,
    sample_weight: SequencesLike | None = None,
    unlabelled: float | None = UNLABELLED,
) -> tuple[Array, ...]: ...
@overload
def flatten_steps(
    y_true: SequencesLike,
    y_pred: None = None,
    *,
    sample_weight: SequencesLike,
    unlabelled: float | None = UNLABELLED,
) -> tuple[Array, ...]: ...
def flatten_steps(
    y_true: SequencesLike,
    y_pred: SequencesLike | None = None,
    *,
    sample_weight: SequencesLike | None = None,
    unlabelled: float | None = UNLABELLED,
) -> Array | tuple[Array, ...]:
    """Return labels and predictions of steps as flat arrays, for any metric.

    The steps stand one sequence after the other. Those without a label are left out.

    Read more in the :ref:`User Guide <guide_metrics>`.

    Parameters
    ----------
    y_true : array of shape (n, n_steps) or (n, n_steps, n_targets), or list of n \
arrays of shape (n_steps_i,) or (n_steps_i, n_targets)
        Labels or targets of the steps. NaN, None, NA of pandas and `unlabelled` stand
        for none. Of several targets a step must have all, or it is left out.
    y_pred : array of shape (n, n_steps) or (n, n_steps, n_columns), or list of n \
arrays of shape (n_steps_i,) or (n_steps_i, n_columns), default=None
        What was predicted: labels or targets, probabilities or scores.
    sample_weight : array-like of shape (n,), or in the layout of labels, default=None
        Weights of sequences, each of whose steps gets the weight of its sequence, or
        weights of steps.
    unlabelled : float or None, default=-1
        The number that stands for no label. Set it to None for targets of regression,
        among which -1 is a number like any other.

    Returns
    -------
    ndarray, or tuple of ndarrays
        Of `y_true`, `y_pred` and `sample_weight` those that were given: a tuple, but
        of `y_true` alone the array. They have shape (n_labelled,), or (n_labelled,
        n_targets) and (n_labelled, n_columns).

    See Also
    --------
    make_step_scorer : A scorer of steps for cross-validation and searches.

    Examples
    --------
    >>> from sklearn.metrics import f1_score
    >>> from skrnn.metrics import flatten_steps
    >>> y_true = [["walk", "walk", "rest"], ["rest", None]]
    >>> y_pred = [["walk", "rest", "rest"], ["rest", "walk"]]
    >>> flatten_steps(y_true).tolist()
    ['walk', 'walk', 'rest', 'rest']
    >>> f1_score(*flatten_steps(y_true, y_pred), pos_label="walk")
    0.666...
    """
    check_options(NAME, OPTIONS, {"unlabelled": unlabelled})
    if unlabelled is not None:
        _check_are_labels(read_steps(y_true, "y_true")[0], unlabelled)
    steps = LabelledSteps(y_true, "y_true", unlabelled)
    flat = [steps.labels]
    if y_pred is not None:
        flat.append(steps.select(y_pred, "y_pred"))
    if sample_weight is not None:
        flat.append(steps.step_weights(sample_weight))
    return flat[0] if len(flat) == 1 else tuple(flat)


def _check_are_labels(values, unlabelled):
    """Raise ValueError if the mark for no label stands among targets of regression."""
    if values.dtype.kind not in "iuf" or not (values == unlabelled).any():
        return
    if values.ndim == 2:
        kind = f"{values.shape[1]} values a step"
    elif values.dtype.kind == "f":
        fractions = values[np.isfinite(values) & (values != np.floor(values))]
        kind = f"numbers such as {fractions[0]}" if len(fractions) else None
    else:
        return
    if kind is not None:
        raise ValueError(
            f"y_true has {kind}, which are no labels, and {unlabelled}, which marks "
            "steps without a label. Pass unlabelled=None for targets of regression."
        )
