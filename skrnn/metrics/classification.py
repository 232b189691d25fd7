"""Confusion matrix and classification report over steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sklearn.metrics import classification_report, confusion_matrix

from skrnn.metrics.labelled import LabelledSteps
from skrnn.validation.steps import UNLABELLED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skrnn.utils.typing import Array, ArrayLike, SequencesLike


def step_confusion_matrix(
    y_true: SequencesLike,
    y_pred: SequencesLike,
    *,
    labels: ArrayLike | None = None,
    sample_weight: SequencesLike | None = None,
    normalize: Literal["true", "pred", "all"] | None = None,
) -> Array:
    """Compute the confusion matrix of all steps that have a label.

    It is `sklearn.metrics.confusion_matrix` over steps.

    Read more in the :ref:`User Guide <guide_metrics>`.

    Parameters
    ----------
    y_true : array of shape (n, n_steps), or list of n arrays of shape (n_steps_i,)
        Labels of the steps. NaN, None, NA of pandas and the number -1 stand for none.
    y_pred : array of shape (n, n_steps), or list of n arrays of shape (n_steps_i,)
        The labels that were predicted.
    labels : array-like of shape (n_classes,), default=None
        The classes, in the order of rows and columns. By default all that occur,
        sorted.
    sample_weight : array-like of shape (n,), or in the layout of labels, default=None
        Weights of sequences, or of steps.
    normalize : {"true", "pred", "all"}, default=None
        What sums up to one: the rows, the columns, or all of it. By default steps are
        counted.

    Returns
    -------
    ndarray of shape (n_classes, n_classes)
        In row i and column j the number of steps of class i that were predicted to be
        of class j.

    See Also
    --------
    flatten_steps : Flat labels and predictions, as
        `sklearn.metrics.ConfusionMatrixDisplay.from_predictions` draws them.

    Examples
    --------
    >>> from skrnn.metrics import step_confusion_matrix
    >>> step_confusion_matrix([[0, 0, 1], [1, -1]], [[0, 1, 1], [1, 0]])
    array([[1, 1],
           [0, 2]])
    """
    return confusion_matrix(
        **_flat(y_true, y_pred, sample_weight), labels=labels, normalize=normalize
    )


def step_classification_report(
    y_true: SequencesLike,
    y_pred: SequencesLike,
    *,
    labels: ArrayLike | None = None,
    target_names: Sequence[str] | None = None,
    sample_weight: SequencesLike | None = None,
    digits: int = 2,
    output_dict: bool = False,
    zero_division: Any = "warn",
) -> str | dict[str, Any]:
    """Compute precision, recall and F1 of each class, over all steps that have a label.

    It is `sklearn.metrics.classification_report` over steps.

    Read more in the :ref:`User Guide <guide_metrics>`.

    Parameters
    ----------
    y_true : array of shape (n, n_steps), or list of n arrays of shape (n_steps_i,)
        Labels of the steps. NaN, None, NA of pandas and the number -1 stand for none.
    y_pred : array of shape (n, n_steps), or list of n arrays of shape (n_steps_i,)
        The labels that were predicted.
    labels : array-like of shape (n_classes,), default=None
        The classes to report. By default all that occur.
    target_names : list of str of length n_classes, default=None
        Names of the classes, in the order of `labels`.
    sample_weight : array-like of shape (n,), or in the layout of labels, default=None
        Weights of sequences, or of steps.
    digits : int, default=2
        Digits of the numbers in the text.
    output_dict : bool, default=False
        Whether to return a dict in place of a text.
    zero_division : {"warn", 0.0, 1.0, np.nan}, default="warn"
        The value of a score that divides by zero, with a warning if it is "warn".

    Returns
    -------
    str or dict
        The `support` of a class is its number of steps.

    See Also
    --------
    flatten_steps : Flat labels and predictions, for any metric.

    Examples
    --------
    >>> from skrnn.metrics import step_classification_report
    >>> y_true = [["walk", "walk", "rest"], ["rest", None]]
    >>> y_pred = [["walk", "rest", "rest"], ["rest", "walk"]]
    >>> print(step_classification_report(y_true, y_pred))
                  precision    recall  f1-score   support
    <BLANKLINE>
            rest       0.67      1.00      0.80         2
            walk       1.00      0.50      0.67         2
    <BLANKLINE>
        accuracy                           0.75         4
       macro avg       0.83      0.75      0.73         4
    weighted avg       0.83      0.75      0.73         4
    <BLANKLINE>
    """
    return classification_report(
        **_flat(y_true, y_pred, sample_weight),
        labels=labels,
        target_names=target_names,
        digits=digits,
        output_dict=output_dict,
        zero_division=zero_division,
    )


def _flat(y_true, y_pred, sample_weight):
    steps = LabelledSteps(y_true, "y_true", UNLABELLED)
    return {
        "y_true": steps.labels,
        "y_pred": steps.select(y_pred, "y_pred"),
        "sample_weight": steps.step_weights(sample_weight),
    }
