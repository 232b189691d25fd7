"""Permutation importance: the score after parts of sequences were exchanged."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sklearn.metrics import check_scoring
from sklearn.utils import Bunch, check_random_state
from sklearn.utils.parallel import Parallel, delayed

from skrnn.estimators.introspection import final_network
from skrnn.inspection.exchange import collection
from skrnn.inspection.names import names_of_features
from skrnn.inspection.parts import blocks_of, features_of, shares_of
from skrnn.parameters.constraints import Interval, Options, RandomState, check_options
from skrnn.validation import SequenceFormat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from skrnn.utils.typing import ArrayLike, RandomStateLike, SequencesLike

COUNT = Interval(Integral, 1)
OPTIONS = {
    "by": [Options(("feature", "step"))],
    "n_blocks": [COUNT, Options((None,))],
    "block_size": [COUNT, Options((None,))],
    "origin": [Options(("start", "end"))],
    "features_per_step": [COUNT, Options((None,))],
    "n_repeats": [COUNT],
    "random_state": [RandomState()],
}


def permutation_importance(
    estimator: Any,
    X: SequencesLike,
    y: ArrayLike | None,
    *,
    by: Literal["feature", "step"] = "feature",
    n_blocks: int | None = None,
    block_size: int | None = None,
    origin: Literal["start", "end"] = "start",
    features_per_step: int | None = None,
    scoring: str | Callable[..., Any] | Iterable[str] | Mapping[str, Any] | None = None,
    n_repeats: int = 5,
    sample_weight: ArrayLike | None = None,
    n_jobs: int | None = None,
    random_state: RandomStateLike = None,
) -> Bunch:
    """Measure what a model needs: features, or stretches of the sequences.

    A part of all sequences is exchanged between them at random, and the model scores
    what comes of it. The more it loses, the more it relied on that part. Best done on
    sequences that it was not trained on.

    It is ``sklearn.inspection.permutation_importance``, which takes tables only, for
    sequences. The model is only asked for its score, so that it may be any: a pipeline,
    a search, or of another library.

    Read more in the :ref:`User Guide <guide_importance>`.

    Parameters
    ----------
    estimator : estimator
        A fitted model.
    X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
        The sequences; they are not changed.
    y : array-like of shape (n,) or (n, n_outputs), or None
        Their labels or targets.
    by : {"feature", "step"}, default="feature"
        What is exchanged: the whole course of one feature, or all features of a block
        of steps.
    n_blocks : int, default=None
        For blocks of steps: how many. Each is an equal share of every sequence, as
        tenths are, whatever its length. By default 10, or as many as the longest
        sequence has steps.
    block_size : int, default=None
        For blocks of steps, in place of `n_blocks`: so many steps each.
    origin : {"start", "end"}, default="start"
        Where blocks of `block_size` steps are counted from.
    features_per_step : int, default=None
        Columns of a step, for tables. By default as in the network that the model
        ends in; 1 if there is none.
    scoring : str, callable, list, tuple or dict, default=None
        One score or several, as for `sklearn.metrics.check_scoring`; by default the
        `score` of the model.
    n_repeats : int, default=5
        How often each part is exchanged. Every repeat exchanges all parts between the
        same sequences, so that they are compared on equal terms.
    sample_weight : array-like of shape (n,), default=None
        Weights for the score.
    n_jobs : int, default=None
        Processes that share out the parts; the result does not depend on them.
    random_state : int, RandomState instance or None, default=None
        Who exchanges with whom. Pass an int for the same result at every call.

    Returns
    -------
    Bunch
        With several scores a dict of them, by name.

        importances : ndarray of shape (n_parts, n_repeats)
            The score of `X` less that after the exchange.
        importances_mean, importances_std : ndarray of shape (n_parts,)
            Mean and standard deviation over the repeats.
        names : list of str
            What the parts are. Features have the names of the columns of sequences
            that are data frames, or of those that the model was fitted on. In a table
            it is what their columns have in common, as "x" of "x_0" and "x_1"; where
            that is unclear they are "feature 0" and so on.
        edges : ndarray of shape (n_parts + 1,), or None
            Where blocks of steps begin and end: in percent, or as the number of a
            step, which is negative where it is counted from the end.
        unit : str or None
            What the edges are.

    See Also
    --------
    saliency : What single predictions depend on.
    ImportanceDisplay : Draws what this function gives.

    Notes
    -----
    A sequence keeps its length, and gets from another the values at the same part of
    the way: where that has more steps, some are left out, and where it has fewer, some
    come several times. Sequences of one length exchange step by step. So it is with
    rows that end in padding too, if the network that the model ends in knows of it.

    A sequence without a step in a block, being too short for it, takes no part in its
    exchange, so that a late block of few sequences matters little to the score of all.

    Static features of a network take no part in the exchange of steps. Those of a table
    are the last of the features.

    Features that tell the same stand in for each other, and each then seems to matter
    little. So do neighbouring steps of a smooth course: ask for larger blocks.

    Examples
    --------
    Of two features the first is what counts.

    >>> from skrnn import GRUClassifier
    >>> from skrnn.datasets import make_sign_of_sum
    >>> from skrnn.inspection import permutation_importance
    >>> X, _ = make_sign_of_sum(400, 6, n_features=2, random_state=0)
    >>> y = X[:, :, 0].sum(axis=1) > 0
    >>> clf = GRUClassifier(hidden_size=8, max_iter=40, random_state=0)
    >>> clf = clf.fit(X[:300], y[:300])
    >>> result = permutation_importance(clf, X[300:], y[300:], random_state=0)
    >>> dict(zip(result.names, result.importances_mean > 0.2))
    {'feature 0': np.True_, 'feature 1': np.False_}
    """
    check_options(
        "permutation_importance",
        OPTIONS,
        {
            "by": by,
            "n_blocks": n_blocks,
            "block_size": block_size,
            "origin": origin,
            "features_per_step": features_per_step,
            "n_repeats": n_repeats,
            "random_state": random_state,
        },
    )
    _check_combinations(by, n_blocks, block_size, origin)
    n_blocks, block_size, features_per_step = (
        value if value is None else int(value)
        for value in (n_blocks, block_size, features_per_step)
    )
    data = collection(
        X,
        lambda k: _format(estimator, k, features_per_step),
        "permutation_importance",
    )
    if len(data.lengths) == 0:
        raise ValueError("X has no sequences; permutation_importance needs some.")
    if by == "feature":
        names = names_of_features(estimator, data.X, data.n_features, data.facts)
        cut = features_of(data, names)
    elif block_size is None:
        cut = shares_of(data, n_blocks)
    else:
        cut = blocks_of(data, block_size, origin)
    rng = check_random_state(random_state)
    orders = [rng.permutation(len(data.lengths)) for _ in range(n_repeats)]
    scorer = check_scoring(estimator, scoring=scoring)
    weight = {} if sample_weight is None else {"sample_weight": sample_weight}
    whole = scorer(estimator, X, y, **weight)
    scores = Parallel(n_jobs=n_jobs)(
        delayed(_scores_without)(scorer, estimator, data, y, weight, part, orders)
        for part in cut.parts
    )
    if isinstance(whole, dict):
        return {
            name: _result(score, [[one[name] for one in row] for row in scores], cut)
            for name, score in whole.items()
        }
    return _result(whole, scores, cut)


def _scores_without(scorer, estimator, data, y, weight, part, orders):
    """Score once for each order in which a part is exchanged."""
    return [
        scorer(estimator, data.exchange(part, part.donors(order)), y, **weight)
        for order in orders
    ]


def _result(score, scores, cut):
    importances = score - np.asarray(scores)
    return Bunch(
        importances=importances,
        importances_mean=importances.mean(axis=1),
        importances_std=importances.std(axis=1),
        names=cut.names,
        edges=cut.edges,
        unit=cut.unit,
    )


def _format(estimator, n_columns, features_per_step):
    """Find how many columns are a step for a model, which are static, and padding."""
    network = final_network(estimator)
    fitted = hasattr(network, "architecture_")
    padding = fitted and SequenceFormat.of(network).padding
    if getattr(network, "n_features_in_", None) == n_columns:
        static = getattr(network, "static_features_", ())
    else:
        static = ()
    width = features_per_step or _width(estimator, network, n_columns)
    return width, static, padding


def _width(estimator, network, n_columns):
    if network is None or not hasattr(network, "features_per_step_"):
        return 1
    if network.n_features_in_ != n_columns:
        raise ValueError(
            f"X has {n_columns} columns, but the {type(network).__name__} in this "
            f"{type(estimator).__name__} reads {network.n_features_in_}: what a step "
            "of X is, it does not tell. Pass features_per_step."
        )
    return network.features_per_step_


def _check_combinations(by, n_blocks, block_size, origin):
    if by == "feature" and not n_blocks is block_size is None:
        raise ValueError(
            "n_blocks and block_size are for by='step'. Leave them out, or set by."
        )
    if None not in (n_blocks, block_size):
        raise ValueError(
            "n_blocks and block_size exclude each other: the one cuts each sequence "
            "into so many shares, the other into blocks of so many steps."
        )
    if origin == "end" and block_size is None:
        raise ValueError("origin='end' is for blocks of block_size steps: set it too.")
