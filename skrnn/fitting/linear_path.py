"""Linear path of regressors: a linear regression on the last steps.

The weights of the head for the last steps are measured beforehand, as the scale of the
features is, and stay as they are in `fit`: the network learns what they leave over.
What it learns is put to the proof on a quarter of the sequences, in a short trial
before the fit. Where it does not hold for them, it does not count; where it makes much
of the regression its own, it learns better without.
"""

import copy
from dataclasses import replace

import numpy as np

from skrnn.fitting.regression import linear_scores
from skrnn.losses import RegressionLoss
from skrnn.sequences import (
    Unloaded,
    blocks_by_length,
    lengths_of,
    pack,
    read_in_groups,
    spaced,
)
from skrnn.utils.threads import BLAS_THREADS

#: Numbers of sequences that the regression needs, and that it is fitted on at most.
LEAST, MOST = 4, 8192
#: About so many steps are read at once.
MAX_STEPS = 2**17

#: Least number of sequences for a trial: a quarter of them are held out.
ENOUGH_FOR_TRIAL = 12
#: A trial has so many times fewer epochs than the fit.
TRIAL_PART = 3
#: Parts of the error of the linear path, on sequences not seen. What the network adds
#: counts if it brings the error below the first, and does without the linear path
#: below the second.
WORTH_IT, BETTER_ALONE = 0.8, 0.65
#: It counts below this part already, where what is gained is so many times its standard
#: error, as with many sequences: of a few, four fifths may be chance.
SURELY, N_ERRORS = 0.95, 4.0
#: Of losses that are not squared noise may be the larger part. There any gain counts
#: that is so many times its standard error. Shares of the network that are looked at.
N_ERRORS_OF_LOSS, SHARES = 2.0, (0.0, 0.25, 0.5, 0.75, 1.0)


def begin(run, workers):
    """Return the run with the weights that it begins with.

    Parameters
    ----------
    run : TrainingRun
        The run, which is left as it is.
    workers : Workers
        They share out the sequences.

    Returns
    -------
    run : TrainingRun
        With `weights`, and where there is a linear path, `fixed` and `share`.
    interrupted : Training or None
        The result of a trial that was interrupted.
    """
    rows, network = run.rows, run.network
    weights, has_path = with_linear_path(run, rows)
    if has_path is None or run.incremental:
        return replace(run, weights=weights), None
    began = replace(run, weights=weights, fixed=path_weights(network))
    if not has_path or len(rows) < ENOUGH_FOR_TRIAL:
        return began, None
    share, is_alone, result = try_network(run, workers)
    if result.interrupt:
        return began, result
    if is_alone.any():
        head, plain = (network.layout.views(w)["head"] for w in (weights, run.weights))
        for name in ("W", "b"):
            head[name][is_alone] = plain[name][is_alone]
        _path(network, head["W"])[is_alone] = 0.0
    return replace(began, share=share), None


def path_weights(network):
    """Return the indices of the weights of the linear path on the flat vector."""
    numbers = network.layout.views(np.arange(network.layout.size))
    return _path(network, numbers["head"]["W"]).ravel()


def with_linear_path(run, rows):
    """Return first weights of which the head reads nothing but the linear path.

    Parameters
    ----------
    run : TrainingRun
        The run.
    rows : ndarray of int
        The sequences that the regression is fitted on.

    Returns
    -------
    weights : ndarray of shape (n_parameters,)
        The first weights; without a regression those of the run, and a path of zero.
    has_path : bool or None
        Whether there is a regression that does no harm. None for classes, and for a few
        sequences: there the path is to be learnt with all the rest.
    """
    network, problem, weights = run.network, run.problem, run.weights.copy()
    if not network.input.linear_steps or run.resume:
        return weights, None
    head = network.layout.views(weights)["head"]
    _path(network, head["W"])[...] = 0.0
    if not isinstance(problem.loss, RegressionLoss) or len(rows) < LEAST:
        return weights, None
    some = spaced(_by_target(problem, rows), MOST)
    x, y = _last_steps(network, weights, problem, some), problem.y[some]
    with np.errstate(all="ignore"), BLAS_THREADS.one():
        found = linear_scores(problem.loss, x, y, problem.weight[some])
        if found is None:
            return weights, False
        coef, intercept = (numbers.astype(weights.dtype) for numbers in found)
    if not (np.isfinite(coef).all() and np.isfinite(intercept).all()):
        return weights, False
    head["W"][...], head["b"][...] = 0.0, intercept
    _path(network, head["W"])[...] = coef
    return weights, True


@np.errstate(over="ignore", invalid="ignore")
def try_network(run, workers):
    """Train for a short time on three quarters, and see what holds for the last one.

    Parameters
    ----------
    run : TrainingRun
        The run that is about to begin. It is left as it is.
    workers : Workers
        They share out the sequences.

    Returns
    -------
    share : ndarray of shape (n_outputs,)
        By what the network is to be multiplied, for each target: what fits best, from 0
        to 1, and 0 where that is hardly better than the linear path alone, or may be
        so by chance.
    is_alone : ndarray of bool of shape (n_outputs,)
        For which targets the network is to do without the linear path.
    result : Training
        Result of the trial.
    """
    rows, problem, network = run.rows, run.problem, run.network
    of_last = np.isin(rows, _by_target(problem, rows)[2::4])
    first, last = rows[~of_last], rows[of_last]
    weights, has_path = with_linear_path(run, first)
    n_epochs = -(-run.settings.n_epochs // TRIAL_PART)
    trial = replace(
        run,
        rows=first,
        data=problem.training_set(first),
        held_out=None,
        weights=weights,
        fixed=path_weights(network) if has_path else None,
        settings=replace(run.settings, n_epochs=n_epochs),
        rng=copy.deepcopy(run.rng),
    )
    result = trial.make_solver(workers, monitors=()).solve(weights)
    by_path = result.weights.copy()
    scale_network(network, by_path, weights, 0.0)
    of_path, of_all = (
        network.scores(w, problem.X.samples, last, workers, problem.X.dtype)
        for w in (by_path, result.weights)
    )
    y, weight, added = problem.y[last], problem.weight[last], of_all - of_path
    if problem.loss.is_squared:
        return *_share(y - of_path, added, weight), result
    return *_share_by_loss(problem.loss, y, of_path, added, weight), result


def scale_network(network, weights, start, share):
    """Multiply what the head adds to the linear path, for each output.

    The bias belongs to both: what training has made of it makes up for the mean of what
    the network adds, and so has the same share.

    Parameters
    ----------
    network : Network
        The network.
    weights : ndarray of shape (n_parameters,)
        Its weights, which are changed.
    start : ndarray of shape (n_parameters,)
        Those that training began with, when there was but the linear path.
    share : float or ndarray of shape (n_outputs,)
        The factors.
    """
    head, before = (network.layout.views(each)["head"] for each in (weights, start))
    W, n_path = head["W"], _path(network, head["W"]).shape[1]
    W[:, : W.shape[1] - n_path] *= np.reshape(share, (-1, 1))
    head["b"][...] = before["b"] + share * (head["b"] - before["b"])


def _share(missing, added, weight):
    """Return what of the added part fits best, and whether it is better alone."""
    weight = weight[:, np.newaxis]
    size = np.sum(weight * added**2, axis=0)
    share = np.sum(weight * missing * added, axis=0) / np.where(size == 0, 1.0, size)
    share = np.clip(share, 0.0, 1.0)
    before, after = weight * missing**2, weight * (missing - share * added) ** 2
    gain = before - after
    error = np.sqrt(np.sum((gain - gain.mean(axis=0)) ** 2, axis=0))
    limit = np.where(gain.sum(axis=0) > N_ERRORS * error, SURELY, WORTH_IT)
    before, after = before.sum(axis=0), after.sum(axis=0)
    is_alone = after < BETTER_ALONE**2 * before
    share = np.where(after < limit**2 * before, share, 0.0)
    return np.where(is_alone, 1.0, share), is_alone


def _share_by_loss(loss, y, of_path, added, weight):
    """Return the same for any loss: of some shares the best.

    All quantiles of a target have the same.
    """
    targets, weight = loss.repeat(y), weight[:, np.newaxis] / weight.sum()

    def losses(share):
        each, _ = loss.value_and_gradient_of_each(of_path + share * added, targets)
        return each.reshape(*y.shape, loss.n_answers).mean(axis=2)

    found = np.array([losses(share) for share in SHARES])
    total = np.sum(weight * found, axis=1)
    best = total.argmin(axis=0)
    gain = found[0] - np.take_along_axis(found, best[np.newaxis, np.newaxis], 0)[0]
    mean = np.sum(weight * gain, axis=0)
    error = np.sqrt(np.sum((weight * (gain - mean)) ** 2, axis=0))
    is_alone = total.min(axis=0) < BETTER_ALONE * total[0]
    share = np.where(mean > N_ERRORS_OF_LOSS * error, np.array(SHARES)[best], 0.0)
    return loss.repeat(np.where(is_alone, 1.0, share)), loss.repeat(is_alone)


def _by_target(problem, rows):
    """Return rows sorted by their targets, and by their last steps where those tie.

    Every so many of them are a fair sample, and the same one in any units: the order in
    which sequences are learnt is that of digests of their numbers.
    """
    y = problem.y[rows].reshape(len(rows), -1)
    order = np.lexsort(y.T[::-1])
    rows, y = rows[order], y[order]
    like_next = np.append((y[1:] == y[:-1]).all(axis=1), False)
    ties = np.flatnonzero(like_next | np.roll(like_next, 1))
    if len(ties):
        last = _last_step(problem.X, rows[ties])
        keys = np.column_stack([y[ties], last])
        rows[ties] = rows[ties][np.lexsort(keys.T[::-1])]
    return rows


def _last_step(X, rows):
    """Return the last step of some sequences, ndarray of float64."""
    if isinstance(X.samples, Unloaded):
        return X.samples.last_steps(rows)
    last = np.empty((len(rows), X.n_features))
    for k, i in enumerate(rows):
        last[k] = X.samples[i][-1]
    return last


def _path(network, W):
    """Return the columns of the linear path, as a view."""
    n_numeric = network.input.count_numeric(network.n_columns)
    n = network.input.linear_steps * n_numeric
    return W[:, W.shape[1] - n :]


def _last_steps(network, weights, problem, rows):
    """Return what the head reads directly, in float64: a row for each of `rows`."""
    n = path_weights(network).size // network.head.n_outputs
    reads = {**network.front, "input": network.input}
    params = network.layout.views(weights.astype(np.float64))
    samples, parts = problem.X.samples, []
    blocks = list(blocks_by_length(lengths_of(samples)[rows], MAX_STEPS))

    def take(x):
        for name, block in reads.items():
            x, _ = block.forward(params.get(name, {}), x, keep=False, dtype=np.float64)
        return x.unsort(x.beside[:, -n:])

    with read_in_groups(samples, blocks, rows) as groups:
        for some, loaded in groups:
            parts += [take(pack(loaded, rows[at], problem.X.dtype)) for at in some]
    return np.concatenate(parts)[np.argsort(np.concatenate(blocks))]
