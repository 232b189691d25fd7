"""Warnings of fit.

Each private function checks one thing and returns a message, or None.
"""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from skrnn.fitting.column_order import (
    MISTAKEN,
    NEWEST_FIRST,
    NOT_STEPS,
    look_out_of_order,
)
from skrnn.fitting.column_shifts import ROWS
from skrnn.fitting.swapped_axes import look_swapped
from skrnn.sequences import spaced
from skrnn.sequences.ragged import padded
from skrnn.sequences.scaling import deviations_of_columns
from skrnn.training import Reason
from skrnn.validation.layouts import TABLE

DIVERGED = (
    "The loss or its gradient was not finite after {n_updates} updates. Training was "
    "stopped there, and the model has the last weights for which all was finite. Try "
    "{remedy}, or scale the features."
)
DIVERGED_AT_ONCE = (
    "The loss or its gradient was not finite at the weights that training began with; "
    "the model has those. Try to scale the features."
)
INTERRUPTED = "Training was interrupted in {unit} {next}; the model {outcome}."
STALLED = (
    "L-BFGS found no better weights along its direction after {n_updates} iterations. "
    "The model has the best so far, which may well do; if not, scale the features, or "
    "try a larger alpha, another random_state or solver='adam'."
)


FEW_HELD_OUT = (
    "early_stopping holds out {n} sequences, too few for their score to tell good "
    "weights from lucky ones. Try a larger validation_fraction, more data, or "
    "early_stopping=False: learning_rate='cosine' ends training by itself."
)
COLUMNS_DIFFER = (
    "The columns of X differ in scale: the standard deviation is {least:.3g} in column "
    "{narrow} and {most:.3g} in column {wide}. A row is read as a sequence whose steps "
    "have one scale. If the columns are different quantities, put a StandardScaler "
    "before the network."
)
FEATURES_DIFFER = (
    "Feature {feature} of X has mean {mean:.3g} and standard deviation {scale:.3g}, "
    "which initial weights and learning rates are not made for. Try standardize=True, "
    "or scale the features."
)
CHANNELS_FIRST = (
    "The axes of X look swapped: a sequence has {n_steps} step(s) of {n_features} "
    "features, and its numbers run like a curve along the features, not along the "
    "steps. If these are {n_steps} channel(s) of {n_features} steps, as aeon, sktime "
    "and tsai have them, pass skrnn.preprocessing.channels_last(X), or begin the "
    "pipeline with FunctionTransformer(channels_last)."
)
OUT_OF_ORDER = {
    NEWEST_FIRST: (
        "The columns of X look like lags with the newest first: {evidence}. A row of a "
        "table is read from left to right, from the oldest step to the newest: the "
        "network reads it backwards. Begin the pipeline with StepsFromColumns of "
        "skrnn.preprocessing, where newest_first=True; for skforecast, "
        "make_skforecast_pipeline does so."
    ),
    MISTAKEN: (
        "The columns of X do not look like steps of {width} feature(s) each: "
        "{evidence}. A row of a table is read step by step, features_per_step columns "
        "at a time. Set features_per_step, or, if all steps of a feature stand side by "
        "side, begin the pipeline with StepsFromColumns of skrnn.preprocessing, where "
        "grouped_by='feature'; for sktime, make_sktime_pipeline does so."
    ),
    NOT_STEPS: (
        "Some columns of X look like steps of a series, and others do not: {evidence}. "
        "All are read as steps. Name those that belong to no step in static_features, "
        "or begin the pipeline with StepsFromColumns of skrnn.preprocessing."
    ),
}
NEVER_SEEN = (
    "X has no value of feature(s) {features} in any sequence to learn from: the "
    "network learns nothing of them, and reads 0 in their place. Leave them out of X."
)
LOSS_ROSE = (
    "The loss rose from {least:.3g} to {last:.3g} in training: the steps were too "
    "large. Try a smaller learning_rate_init or max_grad_norm."
)
CONSTANT = (
    "The network gives all {what}s the same answer: it has learnt how common the "
    "answers are, and nothing from the sequences. Try a larger max_iter or "
    "hidden_size, a smaller alpha or dropout, another learning_rate_init{pooling}, "
    "and see that the rows of X and y belong together."
)

#: Least number of sequences held out: one of 20 is 5 % of the accuracy.
ENOUGH_HELD_OUT = 20
#: Largest ratio of the scale of a column to the median scale.
COLUMN_RANGE = 100.0
#: Largest mean and scale of a feature, and inverse of the least, without `standardize`.
FEATURE_RANGE = 100.0
#: Least rise of the loss above its minimum, relative to that and absolute.
RISE = 0.5, 0.1
#: Least difference between scores that are not the same.
SAME = 0.02
#: Number of sequences in the sample whose scores are compared.
LOOK_AT = 256


def data_warnings(estimator, problem, rows, held_out):
    """Return warnings about the data: a list of messages and categories."""
    messages = (
        _few_held_out(problem, held_out),
        _never_seen(problem, rows),
        _columns_differ(problem, rows),
        _features_differ(estimator, problem, rows),
        _channels_first(problem, rows),
        _out_of_order(problem),
    )
    return [(message, UserWarning) for message in messages if message]


def learning_warnings(result, problem, rows, network, has_trial):
    """Return warnings about the result: a list of messages and categories.

    Where a trial has shown what the network adds to a regression, an answer that hardly
    differs between sequences is what is known.
    """
    if result.reason is Reason.DIVERGED:
        return []
    messages = [_loss_rose(result)]
    if not has_trial:
        messages.append(_constant(result, problem, rows, network))
    return [(message, ConvergenceWarning) for message in messages if message]


def ending_warnings(solver, result, keeps_earlier, incremental):
    """Return warnings about the end of training: a list of messages and categories.

    Parameters
    ----------
    solver : type
        Class of the `Solver`.
    result : Training
        Result of training.
    keeps_earlier : bool
        Whether the estimator keeps the weights of an earlier fit.
    incremental : bool
        Whether this was a call of `partial_fit`, which always ends after one epoch.
    """
    templates = {
        Reason.DIVERGED: DIVERGED if result.update else DIVERGED_AT_ONCE,
        Reason.INTERRUPTED: INTERRUPTED,
        Reason.STALLED: STALLED,
    }
    if not incremental:
        templates[Reason.MAX_ITER] = solver.at_max_iter
    if result.reason not in templates:
        return []
    message = templates[result.reason].format(
        n_updates=result.update,
        max_iter=result.history.n_epochs,
        next=result.history.n_epochs + 1,
        unit=solver.unit,
        outcome="is as it was" if keeps_earlier else "has the weights so far",
        remedy=solver.remedy,
    )
    return [(message, ConvergenceWarning)]


def warn(found, stacklevel):
    """Issue warnings at the line of a caller, `stacklevel` frames up."""
    for message, category in found:
        warnings.warn(message, category, stacklevel=stacklevel + 1)


def _few_held_out(problem, held_out):
    is_split = held_out is not None and held_out.problem is problem
    if not is_split or len(problem.scored(held_out.rows)[0]) >= ENOUGH_HELD_OUT:
        return None
    return FEW_HELD_OUT.format(n=len(held_out))


def _never_seen(problem, rows):
    if not problem.X.format.gaps:
        return None
    samples, is_missing = problem.X.samples, np.True_
    for i in rows:
        is_missing = is_missing & np.isnan(samples[i]).all(axis=0)
        if not is_missing.any():
            return None
    features, names = np.flatnonzero(is_missing), problem.X.format.names
    if names is not None and len(names) == len(is_missing):
        features = names[features]
    return NEVER_SEEN.format(features=", ".join(map(str, features)))


def _columns_differ(problem, rows):
    if problem.X.format.layout != TABLE:
        return None
    form = problem.X.format
    deviations = deviations_of_columns(_table(problem), rows)[:, : form.n_features]
    columns = form.columns_of_steps.reshape(deviations.shape)
    for feature, deviation in enumerate(deviations.T):
        steps = np.flatnonzero(deviation)
        by_size = steps[np.argsort(deviation[steps])]
        if len(steps) == 0 or problem.X.format.is_categorical[feature]:
            continue
        narrow, wide = by_size[[0, -1]]
        if deviation[wide] > COLUMN_RANGE * np.median(deviation[steps]):
            return COLUMNS_DIFFER.format(
                least=deviation[narrow],
                narrow=columns[narrow, feature],
                most=deviation[wide],
                wide=columns[wide, feature],
            )
    return None


def _features_differ(estimator, problem, rows):
    if estimator.standardize:
        return None
    measured = problem.scale_of(rows)
    off = np.abs(np.log(np.maximum(np.abs(measured.mean), measured.scale)))
    worst = off.argmax()
    if off[worst] <= np.log(FEATURE_RANGE):
        return None
    return FEATURES_DIFFER.format(
        feature=worst, mean=measured.mean[worst], scale=measured.scale[worst]
    )


def _channels_first(problem, rows):
    samples, form = problem.X.samples, problem.X.format
    if form.layout == TABLE or not look_swapped(samples, rows, form.numeric):
        return None
    n_steps, n_features = len(samples[rows[0]]), form.n_numeric
    return CHANNELS_FIRST.format(n_steps=n_steps, n_features=n_features)


def _out_of_order(problem):
    form = problem.X.format
    if form.layout != TABLE:
        return None
    found = look_out_of_order(_table(problem, ROWS), form)
    if found is None:
        return None
    cause, evidence = found
    return OUT_OF_ORDER[cause].format(evidence=evidence, width=form.n_features)


def _table(problem, most=None):
    """Return the first rows of a table, cut into steps; NaN is where padding was."""
    samples, form = problem.X.samples[:most], problem.X.format
    return padded(samples, form.n_steps) if form.padding else samples


def _loss_rose(result):
    curve = result.history.loss_curve
    if len(curve) < 10:
        return None
    tenths = [part.mean() for part in np.array_split(curve, 10)]
    least, last = min(tenths), tenths[-1]
    if last - least <= max(RISE[0] * least, RISE[1]):
        return None
    return LOSS_ROSE.format(least=least, last=last)


def _constant(result, problem, rows, network):
    some = spaced(rows, LOOK_AT)
    y, _ = problem.scored(some)
    if (y == y[0]).all():
        return None
    # Mostly a few differ by enough, and the others need not be computed.
    for part in (some[::8], some):
        scores = problem.score(network, result.weights, part)
        if np.ptp(scores, axis=0).max() >= SAME:
            return None
    what, has_pooling = problem.scored_by, network.pooling is not None
    return CONSTANT.format(what=what, pooling=" or pooling" * has_pooling)
