"""Parameters that estimators share, and their constraints."""

from numbers import Integral, Real
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from skrnn.losses import LOSSES
from skrnn.optimizers import SCHEDULES
from skrnn.parameters.columns import Columns
from skrnn.parameters.constraints import (
    Boolean,
    Dict,
    FloatType,
    Interval,
    Options,
    RandomState,
    check_names,
)
from skrnn.parameters.lists import Quantiles, Sizes
from skrnn.training import SOLVERS
from skrnn.utils.typing import ColumnsLike


class CheckedNames:
    """Base of classes that refuse parameters which their constructor does not have.

    `inspect.signature` prefers a `__new__` to an `__init__` of the same class: hence a
    class of its own.
    """

    if not TYPE_CHECKING:  # Type checkers hold calls against `__init__`.

        def __new__(cls, *values, **parameters):
            """Check the names of the parameters."""
            check_names(cls, values, parameters)
            return super().__new__(cls)


class Settings(CheckedNames):
    """The parameters that all estimators share."""

    def __init__(
        self,
        hidden_size: int | tuple[int, ...] | list[int] = 32,
        *,
        n_layers: int = 1,
        bidirectional: bool = False,
        n_filters: int | Literal["auto"] = "auto",
        dropout: float | Literal["auto"] = "auto",
        recurrent_dropout: float | Literal["auto"] = "auto",
        solver: Literal["adam", "sgd", "lbfgs"] = "adam",
        alpha: float = 0.0003,
        batch_size: int | Literal["auto"] = "auto",
        learning_rate: Literal[
            "cosine", "constant", "invscaling", "adaptive"
        ] = "cosine",
        learning_rate_init: float | Literal["auto"] = "auto",
        momentum: float = 0.9,
        max_grad_norm: float | None = 1.0,
        max_iter: int | Literal["auto"] = "auto",
        tol: float = 1e-4,
        n_iter_no_change: float | Literal["auto"] = "auto",
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        features_per_step: int = 1,
        patch_size: int | Literal["auto"] = "auto",
        standardize: bool = True,
        own_scale: bool | Literal["auto"] = "auto",
        categorical_features: ColumnsLike | Literal["from_dtype"] | None = None,
        embedding_size: int | Literal["auto"] = "auto",
        missing_values: Literal["error", "forward_fill"] = "error",
        static_features: ColumnsLike | None = None,
        dtype: Literal["auto", "float32", "float64"]
        | type[np.floating]
        | np.dtype = "auto",
        warm_start: bool = False,
        n_jobs: int | None = None,
        verbose: bool | int = False,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.hidden_size = hidden_size
        self.n_layers = n_layers
        self.bidirectional = bidirectional
        self.n_filters = n_filters
        self.dropout = dropout
        self.recurrent_dropout = recurrent_dropout
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.momentum = momentum
        self.max_grad_norm = max_grad_norm
        self.max_iter = max_iter
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.features_per_step = features_per_step
        self.patch_size = patch_size
        self.standardize = standardize
        self.own_scale = own_scale
        self.categorical_features = categorical_features
        self.embedding_size = embedding_size
        self.missing_values = missing_values
        self.static_features = static_features
        self.dtype = dtype
        self.warm_start = warm_start
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.random_state = random_state

    _parameter_constraints: ClassVar[dict] = {
        "hidden_size": [Interval(Integral, 1), Sizes()],
        "n_layers": [Interval(Integral, 1)],
        "bidirectional": [Boolean()],
        "n_filters": [Options(("auto",)), Interval(Integral, 0)],
        "dropout": [Options(("auto",)), Interval(Real, 0, 1)],
        "recurrent_dropout": [Options(("auto",)), Interval(Real, 0, 1)],
        "solver": [Options(SOLVERS)],
        "alpha": [Interval(Real, 0)],
        "batch_size": [Options(("auto",)), Interval(Integral, 1)],
        "learning_rate": [Options(SCHEDULES)],
        "learning_rate_init": [Options(("auto",)), Interval(Real, 0, closed="neither")],
        "momentum": [Interval(Real, 0, 1)],
        "max_grad_norm": [Interval(Real, 0, closed="neither"), Options((None,))],
        "max_iter": [Options(("auto",)), Interval(Integral, 1)],
        "tol": [Interval(Real, 0)],
        "n_iter_no_change": [Options(("auto", np.inf)), Interval(Integral, 1)],
        "early_stopping": [Boolean()],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "features_per_step": [Interval(Integral, 1)],
        "patch_size": [Options(("auto",)), Interval(Integral, 1)],
        "standardize": [Boolean()],
        "own_scale": [Options(("auto",)), Boolean()],
        "categorical_features": [Options(("from_dtype", None)), Columns()],
        "embedding_size": [Options(("auto",)), Interval(Integral, 1)],
        "missing_values": [Options(("error", "forward_fill"))],
        "static_features": [Columns(), Options((None,))],
        "dtype": [Options(("auto", "float32", "float64")), FloatType()],
        "warm_start": [Boolean()],
        "n_jobs": [
            Interval(Integral, 1),
            Interval(Integral, -np.inf, -1, closed="right"),
            Options((None,)),
        ],
        "verbose": [Boolean(), Interval(Integral, 0)],
        "random_state": [RandomState()],
    }


#: Constraints of the parameters that classifiers alone have.
OF_CLASSIFIERS = {
    "class_weight": [Options(("balanced", None)), Dict()],
    "label_smoothing": [Options(("auto",)), Interval(Real, 0, 1)],
}


#: Constraints of the parameters that regressors alone have.
OF_REGRESSORS = {
    "loss": [Options(LOSSES)],
    "quantile": [
        Interval(Real, 0, 1, closed="neither"),
        Quantiles(),
        Options((None,)),
    ],
}


def reads_in_parts(settings):
    """Return whether the solver can learn from a part of the data at a time."""
    name = settings.solver
    if isinstance(name, str) and name in SOLVERS and not SOLVERS[name].has_batches:
        raise AttributeError(
            f"partial_fit does not support solver='{name}', which reads all sequences "
            "at once. Use solver='adam' or 'sgd'."
        )
    return True
