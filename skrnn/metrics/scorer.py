"""Scorers of estimators that answer for every step."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from inspect import signature
from typing import TYPE_CHECKING, Any

from sklearn.base import is_classifier
from sklearn.metrics import get_scorer, make_scorer

from skrnn.metrics.labelled import LabelledSteps
from skrnn.validation.steps import UNLABELLED

if TYPE_CHECKING:
    from skrnn.utils.typing import SequencesLike

#: Methods of estimators that a scorer may call.
ANSWERS = ("predict", "predict_proba", "predict_log_proba", "decision_function")


def make_step_scorer(
    score: str | Callable[..., Any],
    *,
    greater_is_better: bool = True,
    response_method: str | list[str] | tuple[str, ...] = "predict",
    **kwargs: Any,
) -> StepScorer:
    """Make a scorer of steps from a metric, for cross-validation and searches.

    It is `sklearn.metrics.make_scorer` for estimators that answer for every step: the
    metric gets the labels and the answers of all steps, one sequence after the other.
    Steps without a label are left out: for classifiers that is NaN, None, NA of pandas
    or the number -1, for regressors NaN. Of several targets a step must have all.

    Read more in the :ref:`User Guide <guide_metrics>`.

    Parameters
    ----------
    score : str or callable
        The name of a scorer of scikit-learn, such as "accuracy", "f1_macro" or
        "neg_log_loss"; a metric, ``score(y_true, y_pred, **kwargs)``; or a scorer that
        `sklearn.metrics.make_scorer` returned.
    greater_is_better : bool, default=True
        Whether more is better. If not, the sign of the score is changed. For metrics
        alone, as is what follows: a scorer knows it.
    response_method : str, list or tuple of str, default="predict"
        The method whose answers the metric gets: "predict", "predict_proba" or
        "decision_function"; of several the first that the estimator has.
    **kwargs : object
        Further arguments of the metric.

    Returns
    -------
    callable
        A scorer: ``scorer(estimator, X, y, sample_weight=None)`` returns the score.
        Weights have shape (n,), one a sequence, or are in the layout of y, one a step.
        Its `set_score_request` asks for them where metadata are routed.

    See Also
    --------
    flatten_steps : Flat labels and predictions, to call a metric by hand.
    segment_edit_score, segment_f1_score : Scores of whole sequences; they are made
        scorers by `sklearn.metrics.make_scorer`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.base import BaseEstimator, ClassifierMixin
    >>> from skrnn.metrics import make_step_scorer
    >>> class Sign(ClassifierMixin, BaseEstimator):
    ...     classes_ = np.array([0, 1])
    ...
    ...     def predict(self, X):
    ...         return [(x[:, 0] > 0).astype(int) for x in X]
    >>> X = [np.array([[1.0], [-1.0]]), np.array([[2.0], [1.0], [-3.0]])]
    >>> y = [[1, 1], [1, 1, -1]]
    >>> make_step_scorer("accuracy")(Sign(), X, y)
    0.75
    """
    if not isinstance(score, str) and not callable(score):
        raise ValueError(
            "make_step_scorer needs the name of a scorer of scikit-learn, a metric or "
            f"a scorer; got {score!r:.60}."
        )
    # Of a metric, which is a function, nobody requests anything.
    if not isinstance(score, str) and not hasattr(score, "set_score_request"):
        scorer = make_scorer(
            score,
            greater_is_better=greater_is_better,
            response_method=response_method,
            **kwargs,
        )
        return StepScorer(scorer, "sample_weight" in signature(score).parameters)
    if not greater_is_better or response_method != "predict" or kwargs:
        raise ValueError(
            f"{score!r} is a scorer, which knows its sign, its response_method and all "
            "its arguments: pass it alone, or a metric with them."
        )
    return StepScorer(deepcopy(get_scorer(score)))


class StepScorer:
    """Scorer of steps, as `make_step_scorer` returns it.

    Parameters
    ----------
    scorer : callable
        The scorer of scikit-learn that gets flat labels and answers.
    takes_weights : bool, optional
        Whether it takes weights, if that is known.
    """

    def __init__(self, scorer: Any, takes_weights: bool | None = None) -> None:
        self._scorer, self._takes_weights = scorer, takes_weights

    def __call__(
        self,
        estimator: Any,
        X: SequencesLike,
        y_true: SequencesLike,
        sample_weight: SequencesLike | None = None,
    ) -> float:
        """Score an estimator on the labelled steps of sequences."""
        unlabelled = UNLABELLED if is_classifier(estimator) else None
        steps = LabelledSteps(y_true, "y", unlabelled)
        given = {}
        if sample_weight is not None:
            given["sample_weight"] = steps.step_weights(sample_weight)
        return self._scorer(_FlatAnswers(estimator, steps), X, steps.labels, **given)

    def set_score_request(self, *, sample_weight: bool | str | None) -> StepScorer:
        """Set whether weights are requested, as scorers of scikit-learn do."""
        self._scorer.set_score_request(sample_weight=sample_weight)
        return self

    def get_metadata_routing(self) -> Any:
        """Return which metadata are requested."""
        return self._scorer.get_metadata_routing()

    def _accept_sample_weight(self) -> bool:
        # Searches and scorers of several metrics ask for it, where nothing is routed.
        if self._takes_weights is not None:
            return self._takes_weights
        if "sample_weight" not in _requests(get_scorer("accuracy")):
            return True  # older versions of scikit-learn do not say
        return "sample_weight" in _requests(self)

    def __repr__(self) -> str:
        return f"make_step_scorer({self._scorer!r})"


def _requests(scorer):
    return scorer.get_metadata_routing().score.requests


class _FlatAnswers:
    """An estimator that answers for labelled steps alone, in one array.

    Parameters
    ----------
    estimator : estimator
        What it is otherwise: tags, classes, the methods that it has.
    steps : LabelledSteps
        The steps to answer for.
    """

    def __init__(self, estimator, steps):
        self._estimator = estimator
        self._steps = steps

    @property
    def __class__(self):
        # So that messages name the estimator.
        return type(self._estimator)

    def __getattr__(self, name):
        value = getattr(self._estimator, name)
        if name not in ANSWERS:
            return value

        def answer(X):
            return self._steps.select(value(X), f"the result of {name}")

        answer.__name__ = name  # by which scorers tell methods from each other
        return answer
