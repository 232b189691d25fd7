"""Parameters of estimators of sequences, and their constraints."""

from numbers import Integral, Real
from typing import Any, ClassVar, Literal

import numpy as np

from skrnn.network.pooling import POOLINGS
from skrnn.parameters.constraints import Interval, Options
from skrnn.parameters.shared import OF_CLASSIFIERS, Settings
from skrnn.utils.typing import ColumnsLike


class SequenceSettings(Settings):
    """The parameters of estimators with one answer for a sequence."""

    def __init__(
        self,
        hidden_size: int | tuple[int, ...] | list[int] = 32,
        *,
        n_layers: int = 1,
        bidirectional: bool = False,
        pooling: Literal["last", "mean", "max", "concat"] = "concat",
        n_filters: int | Literal["auto"] = "auto",
        linear_steps: int | Literal["auto"] = "auto",
        dropout: float | Literal["auto"] = "auto",
        recurrent_dropout: float | Literal["auto"] = "auto",
        augmentation: float | Literal["auto"] = "auto",
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
        padding: Literal["nan"] | None = None,
        dtype: Literal["auto", "float32", "float64"]
        | type[np.floating]
        | np.dtype = "auto",
        warm_start: bool = False,
        n_jobs: int | None = None,
        verbose: bool | int = False,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            hidden_size,
            n_layers=n_layers,
            bidirectional=bidirectional,
            n_filters=n_filters,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            solver=solver,
            alpha=alpha,
            batch_size=batch_size,
            learning_rate=learning_rate,
            learning_rate_init=learning_rate_init,
            momentum=momentum,
            max_grad_norm=max_grad_norm,
            max_iter=max_iter,
            tol=tol,
            n_iter_no_change=n_iter_no_change,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            features_per_step=features_per_step,
            patch_size=patch_size,
            standardize=standardize,
            own_scale=own_scale,
            categorical_features=categorical_features,
            embedding_size=embedding_size,
            missing_values=missing_values,
            static_features=static_features,
            dtype=dtype,
            warm_start=warm_start,
            n_jobs=n_jobs,
            verbose=verbose,
            random_state=random_state,
        )
        self.pooling = pooling
        self.augmentation = augmentation
        self.linear_steps = linear_steps
        self.padding = padding

    _parameter_constraints: ClassVar[dict] = {
        **Settings._parameter_constraints,
        "pooling": [Options(POOLINGS)],
        "augmentation": [Options(("auto",)), Interval(Real, 0, 0.5, closed="left")],
        "linear_steps": [Options(("auto",)), Interval(Integral, 0)],
        "padding": [Options((None, "nan"))],
    }


class ClassifierSettings(SequenceSettings):
    """The parameters of classifiers of sequences."""

    def __init__(
        self,
        hidden_size: int | tuple[int, ...] | list[int] = 32,
        *,
        n_layers: int = 1,
        bidirectional: bool = False,
        pooling: Literal["last", "mean", "max", "concat"] = "concat",
        n_filters: int | Literal["auto"] = "auto",
        linear_steps: int | Literal["auto"] = "auto",
        dropout: float | Literal["auto"] = "auto",
        recurrent_dropout: float | Literal["auto"] = "auto",
        augmentation: float | Literal["auto"] = "auto",
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
        padding: Literal["nan"] | None = None,
        dtype: Literal["auto", "float32", "float64"]
        | type[np.floating]
        | np.dtype = "auto",
        warm_start: bool = False,
        n_jobs: int | None = None,
        verbose: bool | int = False,
        random_state: int | np.random.RandomState | None = None,
        class_weight: dict[Any, Any] | Literal["balanced"] | None = None,
        label_smoothing: float | Literal["auto"] = "auto",
    ) -> None:
        super().__init__(
            hidden_size,
            n_layers=n_layers,
            bidirectional=bidirectional,
            pooling=pooling,
            n_filters=n_filters,
            linear_steps=linear_steps,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            augmentation=augmentation,
            solver=solver,
            alpha=alpha,
            batch_size=batch_size,
            learning_rate=learning_rate,
            learning_rate_init=learning_rate_init,
            momentum=momentum,
            max_grad_norm=max_grad_norm,
            max_iter=max_iter,
            tol=tol,
            n_iter_no_change=n_iter_no_change,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            features_per_step=features_per_step,
            patch_size=patch_size,
            standardize=standardize,
            own_scale=own_scale,
            categorical_features=categorical_features,
            embedding_size=embedding_size,
            missing_values=missing_values,
            static_features=static_features,
            padding=padding,
            dtype=dtype,
            warm_start=warm_start,
            n_jobs=n_jobs,
            verbose=verbose,
            random_state=random_state,
        )
        self.class_weight = class_weight
        self.label_smoothing = label_smoothing

    _parameter_constraints: ClassVar[dict] = {
        **SequenceSettings._parameter_constraints,
        **OF_CLASSIFIERS,
    }
