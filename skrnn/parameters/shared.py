"""What users may set: the parameters of the estimators, and what each may be."""

from dataclasses import KW_ONLY, dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np

from skrnn.network.pooling import POOLINGS
from skrnn.optimizers import OPTIMIZERS, SCHEDULES
from skrnn.parameters.constraints import (
    Flag,
    Number,
    OneOf,
    RandomState,
    Sizes,
    check_names,
)

#: The solver that reads the whole training set at once.
FULL_BATCH = "lbfgs"


@dataclass(eq=False, repr=False)
class Settings:
    """The parameters that all estimators share.

    The dataclass writes the constructor: it assigns, and nothing else.
    """

    hidden_size: int | tuple[int, ...] = 32
    _: KW_ONLY
    n_layers: int = 1
    bidirectional: bool = False
    pooling: str = "concat"
    dropout: float | str = "auto"
    recurrent_dropout: float | str = "auto"
    solver: str = "adam"
    alpha: float = 0.0003
    batch_size: int | str = "auto"
    learning_rate: str = "cosine"
    learning_rate_init: float | str = "auto"
    momentum: float = 0.9
    max_grad_norm: float | None = 1.0
    max_iter: int | str = "auto"
    tol: float = 1e-4
    n_iter_no_change: float | str = "auto"
    early_stopping: bool = False
    validation_fraction: float = 0.1
    features_per_step: int = 1
    patch_size: int | str = "auto"
    standardize: bool = True
    warm_start: bool = False
    n_jobs: int | None = None
    verbose: bool | int = False
    random_state: Any = None

    def __new__(cls, *values, **parameters):
        """Refuse parameters that the estimator does not have."""
        check_names(cls, values, parameters)
        return super().__new__(cls)

    _parameter_constraints: ClassVar[dict] = {
        "hidden_size": [Number(Integral, 1), Sizes()],
        "n_layers": [Number(Integral, 1)],
        "bidirectional": [Flag()],
        "pooling": [OneOf(POOLINGS)],
        "dropout": [OneOf(("auto",)), Number(Real, 0, 1)],
        "recurrent_dropout": [OneOf(("auto",)), Number(Real, 0, 1)],
        "solver": [OneOf((*OPTIMIZERS, FULL_BATCH))],
        "alpha": [Number(Real, 0)],
        "batch_size": [OneOf(("auto",)), Number(Integral, 1)],
        "learning_rate": [OneOf(tuple(SCHEDULES))],
        "learning_rate_init": [OneOf(("auto",)), Number(Real, 0, closed="neither")],
        "momentum": [Number(Real, 0, 1)],
        "max_grad_norm": [Number(Real, 0, closed="neither"), OneOf((None,))],
        "max_iter": [OneOf(("auto",)), Number(Integral, 1)],
        "tol": [Number(Real, 0)],
        "n_iter_no_change": [OneOf(("auto", np.inf)), Number(Integral, 1)],
        "early_stopping": [Flag()],
        "validation_fraction": [Number(Real, 0, 1, closed="neither")],
        "features_per_step": [Number(Integral, 1)],
        "patch_size": [OneOf(("auto",)), Number(Integral, 1)],
        "standardize": [Flag()],
        "warm_start": [Flag()],
        "n_jobs": [
            Number(Integral, 1),
            Number(Integral, -np.inf, -1, closed="right"),
            OneOf((None,)),
        ],
        "verbose": [Flag(), Number(Integral, 0)],
        "random_state": [RandomState()],
    }


def hidden_sizes(settings):
    """Give the number of hidden units of each layer, a tuple of int."""
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


def check_combinations(settings, once):
    """Refuse parameters that exclude each other; `once` says it is `partial_fit`."""
    hidden_sizes(settings)
    if once and settings.early_stopping:
        raise ValueError(
            "partial_fit does not support early_stopping=True: it holds nothing "
            "out. Set it to False and score on data of your own between calls."
        )
    dropped = [
        f"{name}={getattr(settings, name)}"
        for name in ("dropout", "recurrent_dropout")
        if getattr(settings, name) not in ("auto", 0)
    ]
    if settings.solver == FULL_BATCH and dropped:
        raise ValueError(
            f"solver='lbfgs' does not support {' and '.join(dropped)}: the "
            "loss must be the same each time that it is computed. Use solver='adam' or "
            "'sgd', or set both rates to 0 and raise alpha."
        )


def reads_in_parts(settings):
    """Say whether the solver can learn from a part of the data at a time."""
    if settings.solver == FULL_BATCH:
        raise AttributeError(
            "partial_fit does not support solver='lbfgs', which reads all sequences at "
            "once. Use solver='adam' or 'sgd'."
        )
    return True
