"""What "auto" stands for: choices made for the data that fit sees.

The figures behind them are in docs/defaults.md.
"""

import math
from dataclasses import dataclass

import numpy as np

from skrnn.sequences import lengths_of, spaced
from skrnn.training import SOLVERS, count_batches

AUTO = "auto"

BATCH_SIZE = 64
#: Small sets are read until so many updates have been made, tiny ones until there have
#: been as many as they have steps, but at least the fewest.
N_UPDATES, FEWEST_UPDATES = 1000, 200
#: Large sets are read so often at least.
FEWEST_EPOCHS = 10
#: With a held-out score to watch, one of so many parts of the epochs may go by without
#: a better one, and so many epochs at least.
PATIENCE, LEAST_PATIENCE = 5, 10

#: Sequences of so many steps are read step by step.
SHORT = 32
#: Correlation of steps from which on sequences are series and are read in patches.
CORRELATED = 0.2
#: How far apart the steps are that are compared.
LAGS = (1, 2, 3, 4)
#: So many reads a cell is asked to bridge at most where steps are not correlated: with
#: a gate that keeps its memory, and without.
LASTING, FADING = 512, 64
#: Enough sequences, and steps of each, to tell.
LOOK_AT = 256, 1024


@dataclass(frozen=True)
class Plan:
    """How long, in which portions and with which numbers an estimator learns.

    All are plain numbers of Python, whatever types the user has. Those of NumPy would
    compute in a type of their own: an int8 overflows, and a float64 makes float64 of
    the float32 that it meets.

    Attributes
    ----------
    batch_size : int
        Largest number of sequences in a batch.
    n_epochs : int
        Largest number of epochs, or of iterations of L-BFGS.
    patience : float
        Epochs that may go by without an improvement.
    dropout, recurrent_dropout : float
        What is dropped, as `Dropout` has it.
    alpha, tol, momentum : float
        As the parameters of the estimators.
    learning_rate_init, max_grad_norm : float or None
        Likewise; a solver may have no learning rate.
    """

    batch_size: int
    n_epochs: int
    patience: float
    dropout: float
    recurrent_dropout: float
    alpha: float
    tol: float
    learning_rate_init: float | None
    momentum: float
    max_grad_norm: float | None


def make_plan(settings, lengths, once, noise, rates):
    """Put a value in the place of each "auto".

    Parameters
    ----------
    settings : Settings
        What the user asked for.
    lengths : ndarray of int
        Number of steps of each of the distinct sequences to learn from.
    once : bool
        Whether they are read once only, as `partial_fit` does.
    noise : tuple of float
        What `dropout` and `recurrent_dropout` are for this kind of estimator.
    rates : dict of str to float
        What `learning_rate_init` is for its cell, by the name of the solver.
    """
    batch_size = int(_value(settings.batch_size, BATCH_SIZE))
    n_batches = count_batches(len(lengths), batch_size)
    n_updates = min(N_UPDATES, max(FEWEST_UPDATES, int(lengths.sum())))
    if not SOLVERS[settings.solver].has_batches:
        n_batches, n_updates, noise = 1, N_UPDATES, (0.0, 0.0)
    n_epochs = max(FEWEST_EPOCHS, math.ceil(n_updates / n_batches))
    n_epochs = 1 if once else int(_value(settings.max_iter, n_epochs))
    patience = max(LEAST_PATIENCE, -(-n_epochs // PATIENCE))
    if settings.learning_rate == "cosine" and not settings.early_stopping:
        # This schedule is the plan of when to stop.
        patience = np.inf
    patience = _value(settings.n_iter_no_change, patience)
    rate = _value(settings.learning_rate_init, rates.get(settings.solver))
    return Plan(
        batch_size=batch_size,
        n_epochs=n_epochs,
        patience=patience if patience == np.inf else int(patience),
        dropout=float(_value(settings.dropout, noise[0])),
        recurrent_dropout=float(_value(settings.recurrent_dropout, noise[1])),
        alpha=float(settings.alpha),
        tol=float(settings.tol),
        learning_rate_init=_float(rate),
        momentum=float(settings.momentum),
        max_grad_norm=_float(settings.max_grad_norm),
    )


def choose_patch_size(cell, samples, rows, scale):
    """Return how many steps of these sequences are best read at once.

    Where neighbouring steps go together, as in anything that was sampled from a curve,
    some of them say little more than one, and a shorter way through them is easier to
    learn: half the square root of the mean length leaves twice that root. Short
    sequences are read step by step, and so are those in which each step is a word of
    its own, as far as the memory of the cell lasts.

    Parameters
    ----------
    cell : type
        The kind of the cells.
    samples : ndarray of shape (n, n_steps, n_features) or list of 2-D arrays
        The collection.
    rows : ndarray of int
        The sequences to learn from.
    scale : Scale
        Of their features.

    Returns
    -------
    int
    """
    n_steps = lengths_of(samples)[rows].mean()
    if n_steps <= SHORT:
        return 1
    if _correlation(samples, rows, scale) >= CORRELATED:
        return round(0.5 * math.sqrt(n_steps))
    return math.ceil(n_steps / (LASTING if cell.memory_gate else FADING))


def _correlation(samples, rows, scale):
    """Give the strongest correlation between steps that are a few steps apart."""
    n, n_steps = LOOK_AT
    products = np.zeros((len(LAGS), 3))
    for i in spaced(rows, n):
        steps = scale.encode(samples[i][:n_steps])
        n_features, steps = steps.shape[1], steps.ravel()
        for at_lag, lag in zip(products, LAGS, strict=True):
            now, later = steps[: -lag * n_features], steps[lag * n_features :]
            at_lag += now @ later, now @ now, later @ later
    together, *alone = products.T
    size = np.sqrt(np.multiply(*alone))
    return np.max(np.abs(together) / np.where(size == 0, 1.0, size))


def _value(setting, automatic):
    return automatic if setting == AUTO else setting


def _float(value):
    return None if value is None else float(value)
