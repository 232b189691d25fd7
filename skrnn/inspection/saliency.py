"""Saliency: how an output depends on each number of a sequence."""

from __future__ import annotations

import warnings
from functools import partial
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skrnn.estimators.introspection import FITTED_INSIDE, check_is_network
from skrnn.estimators.n_jobs import n_threads
from skrnn.fitting.fitted_state import fitted_network
from skrnn.inspection.baselines import check_baseline
from skrnn.inspection.explainer import Explainer
from skrnn.inspection.methods import (
    gradient,
    gradient_x_input,
    integrated_gradients,
)
from skrnn.inspection.outputs import PROBABILITY, SCORE, choose_outputs
from skrnn.inspection.steps import at_steps, choose_steps
from skrnn.network.network import QUIETLY
from skrnn.parameters.constraints import Interval, Options, check_options
from skrnn.sequences.ragged import padded
from skrnn.utils.threads import WorkersOnDemand
from skrnn.validation import SequenceFormat, check_whole
from skrnn.validation.layouts import BLOCK, RAGGED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skrnn.estimators.base import BaseRecurrent
    from skrnn.utils.typing import ArrayLike, SequenceArrays, SequencesLike

GRADIENT, INTEGRATED = "gradient", "integrated_gradients"
#: The methods that look at the sequences themselves alone.
SIMPLE = {GRADIENT: gradient, "gradient_x_input": gradient_x_input}

OPTIONS = {
    "method": [Options((*SIMPLE, INTEGRATED))],
    "output": [Options((SCORE, PROBABILITY))],
    "n_steps": [Interval(Integral, 1)],
    "tol": [Interval(Real, 0, closed="neither")],
}


def saliency(
    estimator: BaseRecurrent,
    X: SequencesLike,
    *,
    method: Literal[
        "gradient", "gradient_x_input", "integrated_gradients"
    ] = "gradient",
    target: Any = None,
    output: Literal["score", "probability"] = "score",
    step: int | ArrayLike | None = None,
    baseline: ArrayLike | Sequence[ArrayLike] | None = None,
    n_steps: int = 16,
    tol: float = 1e-3,
) -> SequenceArrays:
    """Explain predictions: how an output depends on each feature of each step.

    The gradients are exact. They come from the pass through time with which the
    networks learn, taken down to the input, in the units of `X`: patches and the scale
    of the features are undone.

    Read more in the :ref:`User Guide <guide_inspection>`.

    Parameters
    ----------
    estimator : estimator
        A fitted classifier or regressor of skrnn. Its `n_jobs` threads share out the
        sequences.
    X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
        The sequences, in the layout of `fit`.
    method : {"gradient", "gradient_x_input", "integrated_gradients"}, \
default="gradient"
        What is computed for each number x of a sequence.

        - "gradient": by how much the output changes when x grows, per unit of x.
        - "gradient_x_input": the gradient times ``x - baseline``, in the units of the
          output.
        - "integrated_gradients": ``x - baseline`` times the mean of the gradient on
          the straight way from the baseline to the sequence, in the units of the
          output. Over all steps and features the sum is the output of the sequence
          less the output of the baseline.

        A category has no slope: by all methods it has the gradient with respect to its
        vector, times the vector less that of the baseline, summed.
    target : label, int, or array-like of shape (n,), default=None
        Which output, one for all sequences or one for each.

        - Classifier: the label of a class. By default the class predicted for each
          sequence.
        - Classifier with several labels a sequence: the number of a label.
        - Regressor: the number of a target; may be left out where there is one.
    output : {"score", "probability"}, default="score"
        What is explained: the raw score, of which `decision_function` gives one a
        class, or the probability. With two classes the score of the second is the
        log-odds that `decision_function` gives, and that of the first is the same with
        the opposite sign. The score of a regressor is its prediction.
    step : int or array-like of int of shape (n,), default=None
        Of an estimator with an answer for every step: which step's answer, one number
        for all sequences or one for each; negative numbers count from the end. By
        default the last.
    baseline : float, array-like of shape (n_features,) or like X, default=None
        The input that says nothing, for the two methods that need one: a number, one
        for each feature of a step, or a sequence for each sequence. By default what
        the network reads as zero: the mean of each feature in training,
        `feature_mean_`, and 0 with ``standardize=False``; of categories, what is
        unknown, also where it is a number. With `own_scale_` a sequence
        is better, such as the mean over all: one that is constant has no scale, and on
        the way from there the output jumps. Values that are missing in X are missing
        on the whole way, and have an attribution of 0; those that are missing in a
        baseline take the last one that was seen in it. That of a static feature stands
        at the last step of a sequence, or where it was last seen.
    n_steps : int, default=16
        For "integrated_gradients": points of Gauss-Legendre quadrature on the way from
        the baseline. Time grows with them.
    tol : float, default=1e-3
        For "integrated_gradients": what the sum may be wrong by, as a part of the sum
        of the absolute values. Where it is worse, the way is halved, again and again,
        and a `ConvergenceWarning` says so if that does not mend it.

    Returns
    -------
    ndarray of shape (n, n_steps, n_features), list of (n_steps_i, n_features), or \
ndarray of shape (n, n_columns)
        In the layout of `X`, 0 for padding; of float32 for a classifier that reads
        float32, else of float64.

    See Also
    --------
    permutation_importance : What a model needs on the whole, by its score.
    SaliencyDisplay : Draws what this function gives.

    Notes
    -----
    Where pooling is by the largest value ("max", "concat"), or the activation is
    "relu", the output has kinks, at which the gradient is that of one side. `tol` is
    held for the sum; a single integrated gradient may there be off by somewhat more.

    A network that remembers may have points at which a small change of the input
    changes what it keeps, and so its output, much. Gradients there are large, and say
    little of what lies beyond: integrated gradients then tell more.

    References
    ----------
    M. Sundararajan, A. Taly and Q. Yan, Axiomatic Attribution for Deep Networks, ICML
    2017, for integrated gradients.

    Examples
    --------
    The label is the sign of the sum, so that every step counts, and counts the same.

    >>> from skrnn import LSTMClassifier
    >>> from skrnn.datasets import make_sign_of_sum
    >>> from skrnn.inspection import saliency
    >>> X, y = make_sign_of_sum(n_samples=300, n_steps=5, random_state=0)
    >>> clf = LSTMClassifier(hidden_size=8, max_iter=40, random_state=0).fit(X, y)
    >>> gradients = saliency(clf, X, target=1)
    >>> gradients.shape
    (300, 5, 1)
    >>> bool((gradients.mean(axis=0) > 0).all())
    True
    """
    found, _, X = explain(
        estimator,
        X,
        method=method,
        target=target,
        output=output,
        step=step,
        baseline=baseline,
        n_steps=n_steps,
        tol=tol,
    )
    return _in_layout(found, X)


def explain(estimator, X, *, method, target, output, step, baseline, n_steps, tol):
    """Do as `saliency`, and say also which outputs were explained.

    Returns
    -------
    attributions : list of ndarray of shape (n_steps_i, n_features)
        As `saliency` gives them for a ragged list, whatever the layout.
    outputs : Outputs
    X : CheckedSequences
    """
    check_is_network(estimator, "saliency", advice=_advice(estimator))
    check_is_fitted(estimator)
    given = {"method": method, "output": output, "n_steps": n_steps, "tol": tol}
    check_options("saliency", OPTIONS, given)
    if method == GRADIENT and baseline is not None:
        raise ValueError(
            "method='gradient' is a slope at X itself and has no baseline. Leave "
            "baseline out, or choose 'gradient_x_input' or 'integrated_gradients'."
        )
    n_steps, tol = int(n_steps), float(tol)
    X = check_whole(estimator, X, expected=SequenceFormat.of(estimator))
    network = fitted_network(estimator)
    workers = WorkersOnDemand(partial(n_threads, estimator.n_jobs))
    weights = estimator.weights_.astype(X.dtype, copy=False)
    start = check_baseline(estimator, baseline, X)
    steps = choose_steps(estimator, step, X.samples)

    def scores():
        scores = network.scores(weights, X.samples, workers=workers)
        return scores if steps is None else at_steps(scores, steps)

    outputs = choose_outputs(estimator, target, output, len(X), scores)
    explainer = Explainer(network, weights, X.samples, start, outputs, steps)
    found, missed = _run(explainer, workers, method, n_steps, tol)
    if missed.any():
        _warn_of_missed(missed, n_steps)
    return found, outputs, X


def _run(explainer, workers, method, n_steps, tol):
    """Explain all sequences; say also of which the integral missed its sum."""
    n = len(explainer.samples)
    found, missed = [None] * n, np.zeros(n, bool)

    @QUIETLY
    def explain_block(_, rows):
        if method == INTEGRATED:
            values, missed[rows] = integrated_gradients(explainer, rows, n_steps, tol)
        else:
            values = SIMPLE[method](explainer, rows)
        for i, one in zip(rows, values, strict=True):
            found[i] = explainer.by_feature(explainer.outputs.in_units(i, one))

    workers.share(explainer.blocks(), explain_block)
    return found, missed


def _warn_of_missed(missed, n_steps):
    warnings.warn(
        f"The integrated gradients of {missed.sum()} of {len(missed)} sequences do not "
        "add up to the change of their output, the first of them those of sequence "
        f"{missed.argmax()}: somewhere on the way from the baseline it changes too "
        f"abruptly. Try more than n_steps={n_steps}, or another baseline.",
        ConvergenceWarning,
        stacklevel=4,
    )


def _in_layout(found, X):
    if X.format.layout == RAGGED:
        return found
    block = padded(found, X.n_steps, 0.0)
    return block if X.format.layout == BLOCK else X.format.uncut(block)


def _advice(estimator):
    """Return what to pass in place of a model that has a network within."""
    if isinstance(estimator, Pipeline):
        return (
            ". Pass the last step of the pipeline, and X as that step reads it: "
            "saliency(pipeline[-1], pipeline[:-1].transform(X))."
        )
    for place in FITTED_INSIDE:
        if hasattr(estimator, place):
            return f". Pass its {place}."
    return "."
