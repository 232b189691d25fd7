"""Linear regressions of scores, with which the linear path of a network begins."""

import numpy as np
from scipy.optimize import minimize

from skrnn.losses import Huber, SmoothPinball
from skrnn.sequences import spaced
from skrnn.sequences.scaling import Scale, weighted_quantiles

#: Penalties, and by how many sequences one is chosen at most: more of them choose the
#: same. Penalties further apart cost short series up to a half.
ALPHAS, CHOOSE_BY = tuple(10.0**k for k in range(-2, 5)), 1024
#: A regression with so many times the loss of the best constant is left out: some of
#: the features are far out of the range of others.
HARMFUL = 1.1
#: Where there is no closed form, the penalty is chosen in so many folds, of so many
#: sequences at most, and minima are looked for in so many iterations.
N_FOLDS, IN_FOLDS, N_ITERATIONS = 4, 512, 200
#: Quantiles of what a regression leaves over are regressed on so many sequences at
#: most, if that brings their loss below this part of what constants have.
OF_SPREAD, CLEARLY = 2048, 0.99


def linear_scores(loss, x, y, weight):
    """Return coefficients and intercepts of scores that are linear in columns.

    Parameters
    ----------
    loss : RegressionLoss
        What they are to make small.
    x : ndarray of shape (n, n_columns)
        The columns.
    y : ndarray of shape (n, n_targets)
        Encoded targets.
    weight : ndarray of shape (n,)
        Weights of the rows.

    Returns
    -------
    coef : ndarray of shape (n_outputs, n_columns)
    intercept : ndarray of shape (n_outputs,)
        None instead of both where the loss is clearly more than that of a constant.
    """
    weight = weight / weight.mean()
    scale = Scale.of(x, weight)
    fit = _ridge if loss.is_squared else _penalised
    found = fit(loss, scale.encode(x), y, weight)
    if found is None:
        return None
    coef, intercept = found
    coef = coef / scale.scale
    return coef, intercept - coef @ scale.mean


def _ridge(loss, x, y, weight):
    """Fit a ridge regression; its penalty has the least error in leaving one out."""
    # Only regressors need it, and it takes long to import. It is a function: tools that
    # log every fit of an estimator of scikit-learn would take that one for the model.
    from sklearn.linear_model import ridge_regression

    some = spaced(np.arange(len(x)), CHOOSE_BY)
    x_some, y_some, *_ = _weighted(x[some], y[some], weight[some])
    errors = _errors_left_out(x_some, y_some, weight[some])
    if 0 < HARMFUL * np.mean(y_some**2) < errors.min():
        return None
    x_all, y_all, x_mean, y_mean = _weighted(x, y, weight)
    coef = np.atleast_2d(ridge_regression(x_all, y_all, ALPHAS[errors.argmin()]))
    return coef, y_mean - coef @ x_mean


def _weighted(x, y, weight):
    """Return both less their means, times the roots of the weights, and the means."""
    means = [np.average(each, axis=0, weights=weight) for each in (x, y)]
    root = np.sqrt(weight)[:, np.newaxis]
    return root * (x - means[0]), root * (y - means[1]), *means


def _errors_left_out(x, y, weight):
    """Return the mean squared errors of sequences left out one by one, by penalty."""
    if x.shape[1] < len(x):
        u, s, _ = np.linalg.svd(x, full_matrices=False)
        size = s**2
    else:
        size, u = np.linalg.eigh(x @ x.T)  # several times as fast
    errors = []
    for alpha in ALPHAS:
        kept = size / (size + alpha)
        # What a sequence has to do with its own prediction, by the intercept too.
        leverage = u**2 @ kept + weight / weight.sum()
        missing = y - u @ (kept[:, np.newaxis] * (u.T @ y))
        errors.append(np.mean((missing / (1 - leverage)[:, np.newaxis]) ** 2))
    return np.array(errors)


def _penalised(loss, x, y, weight):
    """Fit a regression for a loss that is not squared.

    A loss with a kink begins with the regression of Huber. What that leaves over is
    regressed in turn, by a loss that is smooth near the kink.
    """
    smooth = loss if loss.is_smooth else Huber()
    alpha = _choose_penalty(smooth, x, y, weight, HARMFUL)
    if alpha is None:
        return None
    coef, intercept = _minimise(smooth, x, y, weight, alpha)
    if smooth is loss:
        return coef, intercept
    more, offsets = _spread(loss, x, y - (x @ coef.T + intercept), weight)
    return loss.repeat(coef.T).T + more, loss.repeat(intercept) + offsets


def _spread(loss, x, missing, weight):
    """Return how quantiles of what a regression leaves over depend on the columns.

    Returns
    -------
    coef : ndarray of shape (n_outputs, n_columns)
        Zeros where that is not clearly better than constants.
    offsets : ndarray of shape (n_outputs,)
    """
    pinball = SmoothPinball(tuple(loss.levels))
    some = spaced(np.arange(len(x)), OF_SPREAD)
    few = x[some], missing[some], weight[some]
    alpha = _choose_penalty(pinball, *few, CLEARLY)
    coef = np.zeros((pinball.n_answers * missing.shape[1], x.shape[1]))
    if alpha is not None:
        coef, _ = _minimise(pinball, *few, alpha)
    rest = loss.repeat(missing) - x @ coef.T
    each = [
        weighted_quantiles(column[:, np.newaxis], weight, level)[0, 0]
        for column, level in zip(rest.T, pinball.tiled(len(rest.T)), strict=True)
    ]
    return coef, np.array(each)


def _choose_penalty(loss, x, y, weight, limit):
    """Return the penalty with the least loss on rows left out.

    None where that is more than `limit` times the loss of constants.
    """
    some, alphas = spaced(np.arange(len(x)), IN_FOLDS), ALPHAS[::2]
    x, y, weight = x[some], y[some], weight[some]
    of_constant = _left_out(loss, x[:, :0], y, weight, 0.0)
    errors = [_left_out(loss, x, y, weight, alpha) for alpha in alphas]
    best = int(np.argmin(errors))
    return alphas[best] if errors[best] <= limit * of_constant else None


def _left_out(loss, x, y, weight, alpha):
    """Return the loss of a regression on rows that it has not seen, fold by fold."""
    total, fold = 0.0, np.arange(len(x)) % N_FOLDS
    for k in range(N_FOLDS):
        seen, new = fold != k, fold == k
        coef, intercept = _minimise(loss, x[seen], y[seen], weight[seen], alpha)
        values, _ = loss.value_and_gradient(x[new] @ coef.T + intercept, y[new])
        total += float(weight[new] @ values)
    return total


def _minimise(loss, x, y, weight, alpha):
    """Return the coefficients and intercepts with the least loss and penalty."""
    n, n_columns = x.shape
    shape = loss.n_answers * y.shape[1], n_columns + 1
    share, penalty = weight / n, alpha / (n * shape[0])

    def evaluate(flat):
        coef, intercept = _split(flat.reshape(shape))
        values, d_scores = loss.value_and_gradient(x @ coef.T + intercept, y)
        d_scores = d_scores * share[:, np.newaxis]
        d_coef = d_scores.T @ x + penalty * coef
        value = share @ values + 0.5 * penalty * np.sum(coef**2)
        return value, np.column_stack([d_coef, d_scores.sum(axis=0)]).ravel()

    found = minimize(
        evaluate,
        np.zeros(shape).ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": N_ITERATIONS},
    )
    return _split(found.x.reshape(shape))


def _split(parameters):
    return parameters[:, :-1], parameters[:, -1]
