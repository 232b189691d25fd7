"""Resolution of parameters: combinations, defaults for "auto", plain numbers.

The measurements behind the defaults are in docs/benchmarks/default_changes.md.
"""

import math
from dataclasses import dataclass
from numbers import Integral

import numpy as np

from skrnn.losses import LOSSES
from skrnn.training import SOLVERS, count_batches

AUTO = "auto"

BATCH_SIZE = 64
#: Most patches in a batch where every step has an answer: it learns from all of them.
#: So long sequences make small batches.
MOST_ANSWERED = 1024
#: Most steps through which gradients go back where every step has an answer.
BPTT_STEPS = 256
#: Number of updates of small sets, and the least for tiny ones: those get as many as
#: they have steps.
N_UPDATES, FEWEST_UPDATES = 1000, 200
#: Least number of epochs of large sets.
FEWEST_EPOCHS = 10
#: `n_iter_no_change` is the number of epochs divided by the first, but at least the
#: second.
PATIENCE, LEAST_PATIENCE = 5, 10

#: `label_smoothing` of so many sequences or fewer.
SMOOTHING, FEW = 0.05, 250


@dataclass(frozen=True)
class ResolvedSettings:
    """Parameters of training with "auto" resolved.

    All are plain numbers of Python, whatever types the user passed. Those of NumPy
    compute in a type of their own: an int8 overflows, and a float64 turns float32
    arrays into float64.

    Attributes
    ----------
    batch_size : int
        Largest number of sequences in a batch.
    n_epochs : int
        Largest number of epochs, or of iterations of L-BFGS.
    patience : float
        Number of epochs without an improvement after which training stops.
    dropout, recurrent_dropout : float
        Rates of dropout, see `Dropout`.
    alpha, tol, momentum : float
        The parameters of the estimator.
    learning_rate_init, max_grad_norm : float or None
        Likewise; a solver may have no learning rate.
    label_smoothing : float
        Share of a label that is given to all classes; 0 for regressors.
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
    label_smoothing: float


def hidden_sizes(settings):
    """Return the number of hidden units of each layer, a tuple of int."""
    size, n_layers = settings.hidden_size, int(settings.n_layers)
    if isinstance(size, Integral):
        return (int(size),) * n_layers
    if n_layers not in (1, len(size)):
        raise ValueError(
            f"hidden_size={size} has {len(size)} size(s), but n_layers={n_layers}. "
            "Give one size for each layer, or leave n_layers at 1: the sizes say how "
            "many there are."
        )
    return tuple(int(units) for units in size)


def check_combinations(settings, incremental):
    """Raise ValueError if parameters exclude each other.

    Parameters
    ----------
    settings : Settings
        The parameters, each of which is valid by itself.
    incremental : bool
        Whether this is a call of `partial_fit`.
    """
    hidden_sizes(settings)
    if incremental and settings.early_stopping:
        raise ValueError(
            "partial_fit does not support early_stopping=True: it holds nothing "
            "out. Set it to False and score on data of your own between calls."
        )
    if hasattr(settings, "loss"):
        _check_loss(settings)
    dropped = [
        f"{name}={getattr(settings, name)}"
        for name in ("dropout", "recurrent_dropout", "augmentation")
        if getattr(settings, name, 0) not in ("auto", 0)
    ]
    if dropped and not SOLVERS[settings.solver].has_batches:
        raise ValueError(
            f"solver='{settings.solver}' does not support {' and '.join(dropped)}: the "
            "loss must be the same each time that it is computed. Use solver='adam' or "
            "'sgd', or set all of these to 0 and raise alpha."
        )


def _check_loss(settings):
    """Raise ValueError if the loss and other parameters exclude each other."""
    loss, quantile, solver = settings.loss, settings.quantile, settings.solver
    if loss == "quantile" and quantile is None:
        raise ValueError(
            "loss='quantile' needs to know which: pass quantile=0.9, or several, such "
            "as quantile=[0.05, 0.5, 0.95]."
        )
    if loss != "quantile" and quantile is not None:
        raise ValueError(
            f"quantile={quantile} is for loss='quantile', but loss={str(loss)!r}. Set "
            "loss='quantile', or leave quantile at None."
        )
    if not (LOSSES[loss].is_smooth or SOLVERS[solver].has_batches):
        raise ValueError(
            f"solver={str(solver)!r} needs a loss without a kink, but loss="
            f"{str(loss)!r} has one where the error is zero. Use solver='adam' or "
            "'sgd', or loss='huber'."
        )


def resolve_auto(
    settings,
    lengths,
    incremental,
    dropout,
    learning_rates,
    *,
    n_answered=1,
    n_targets=None,
    n_seen=0,
):
    """Return the parameters of training with a value for each "auto".

    Parameters
    ----------
    settings : Settings
        The parameters of the estimator.
    lengths : ndarray of int
        Number of steps of each distinct training sequence.
    incremental : bool
        Whether this is a call of `partial_fit`, which reads the data once.
    dropout : tuple of float
        Defaults of `dropout` and `recurrent_dropout` for this kind of estimator.
    learning_rates : dict of str to float
        Defaults of `learning_rate_init` for its cell, by the name of the solver.
    n_answered : float, default=1
        Mean number of states of a sequence that are answered: one, or that of every
        patch.
    n_targets : int, optional
        Number of labels or targets; by default one a sequence.
    n_seen : int, default=0
        Number of sequences that were read in earlier calls of `partial_fit`.

    Returns
    -------
    ResolvedSettings
    """
    batch_size = min(BATCH_SIZE, math.ceil(MOST_ANSWERED / n_answered))
    batch_size = int(_resolve(settings.batch_size, batch_size))
    n_batches = count_batches(len(lengths), batch_size)
    n_updates = min(N_UPDATES, max(FEWEST_UPDATES, int(lengths.sum())))
    n_targets = len(lengths) if n_targets is None else n_targets
    smoothing = SMOOTHING * min(1.0, math.sqrt(FEW / (n_seen + n_targets)))
    if not SOLVERS[settings.solver].has_batches:
        n_batches, n_updates, dropout, smoothing = 1, N_UPDATES, (0.0, 0.0), 0.0
    n_epochs = max(FEWEST_EPOCHS, math.ceil(n_updates / n_batches))
    n_epochs = 1 if incremental else int(_resolve(settings.max_iter, n_epochs))
    patience = max(LEAST_PATIENCE, -(-n_epochs // PATIENCE))
    if settings.learning_rate == "cosine" and not settings.early_stopping:
        # This schedule says itself when training ends.
        patience = np.inf
    patience = _resolve(settings.n_iter_no_change, patience)
    default = learning_rates.get(settings.solver)
    return ResolvedSettings(
        batch_size=batch_size,
        n_epochs=n_epochs,
        patience=patience if patience == np.inf else int(patience),
        dropout=float(_resolve(settings.dropout, dropout[0])),
        recurrent_dropout=float(_resolve(settings.recurrent_dropout, dropout[1])),
        alpha=float(settings.alpha),
        tol=float(settings.tol),
        learning_rate_init=_float(_resolve(settings.learning_rate_init, default)),
        momentum=float(settings.momentum),
        max_grad_norm=_float(settings.max_grad_norm),
        label_smoothing=float(
            _resolve(getattr(settings, "label_smoothing", 0.0), smoothing)
        ),
    )


def choose_dtype(settings, *learnt):
    """Return the type of the computation in training, and of weights.

    Parameters
    ----------
    settings : Settings
        The parameters of the estimator.
    *learnt : dtype
        The types of weights that there are. With "auto", none of them loses digits.

    Returns
    -------
    dtype
    """
    if isinstance(settings.dtype, str) and settings.dtype == AUTO:
        return np.result_type(SOLVERS[settings.solver].dtype, *learnt)
    return np.dtype(settings.dtype)


def _resolve(setting, default):
    return default if setting == AUTO else setting


def _float(value):
    return None if value is None else float(value)
