"""Configurations drawn at random from a seed: an estimator, its data, how it learns."""

import warnings
from dataclasses import dataclass

import numpy as np

from skrnn import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RNNClassifier,
    RNNRegressor,
)

CLASSIFIERS = [LSTMClassifier, RNNClassifier, GRUClassifier]
REGRESSORS = [LSTMRegressor, RNNRegressor, GRURegressor]
LAYOUTS = ("block", "ragged", "table")
#: More than a draw of equal sequences can merge into too few to hold some out.
N = 18


@dataclass
class Configuration:
    """What is fitted, and on what; `X` is a list of arrays, whatever the layout."""

    kind: type
    parameters: dict
    layout: str
    dtype: type
    X: list
    y: np.ndarray
    groups: np.ndarray | None

    def make(self, **parameters):
        """Make the estimator, unfitted."""
        return self.kind(**{**self.parameters, **parameters})

    def laid_out(self, rows=None):
        """Give some of the sequences, in the layout and the type."""
        return in_layout(
            [self.X[i] for i in (range(len(self.X)) if rows is None else rows)],
            self.layout,
            self.dtype,
        )

    def fit(self, rows=None, weight=None, **parameters):
        """Fit on some rows, in their order, as `fit` or as two calls of partial_fit."""
        rows = np.arange(len(self.X)) if rows is None else np.asarray(rows)
        given = {"sample_weight": weight}
        if self.groups is not None:
            given["groups"] = self.groups[rows]
        return quietly(
            self.make(**parameters).fit, self.laid_out(rows), self.y[rows], **given
        )

    def __str__(self):
        values = ", ".join(f"{k}={v!r}" for k, v in self.parameters.items())
        data = f"{self.layout} of {np.dtype(self.dtype)}, y of shape {self.y.shape}"
        return f"{self.kind.__name__}({values}) on a {data}"


def in_layout(sequences, layout, dtype=np.float64):
    """Give sequences, equally long unless they are a list, in a layout."""
    sequences = [np.asarray(x, dtype) for x in sequences]
    if layout == "ragged":
        return sequences
    block = np.stack(sequences)
    return block if layout == "block" else block.reshape(len(block), -1)


def quietly(call, *args, **kwargs):
    """Call with all warnings ignored: of three epochs, most end too early."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*args, **kwargs)


def draw(seed, **fixed):
    """Draw a configuration; what is `fixed` is not drawn."""
    rng = np.random.RandomState(seed)

    def one_of(*options):
        return options[rng.randint(len(options))]

    layout = fixed.pop("layout", None) or one_of(*LAYOUTS)
    dtype = fixed.pop("dtype", None) or one_of(np.float64, np.float64, np.float32)
    task = fixed.pop("task", None) or one_of("classes", "classes", "labels", "numbers")
    n_features = one_of(1, 2, 3)
    kind = one_of(*(REGRESSORS if task == "numbers" else CLASSIFIERS))
    solver = fixed.get("solver") or one_of("adam", "sgd", "lbfgs")
    noise = 0 if solver == "lbfgs" else one_of("auto", 0, 0.5)
    parameters = {
        "hidden_size": one_of(1, 2, 3, 5),
        "n_layers": one_of(1, 1, 2),
        "bidirectional": one_of(False, True),
        "pooling": one_of("last", "mean", "max", "concat"),
        "dropout": noise,
        "recurrent_dropout": noise,
        "augmentation": 0 if solver == "lbfgs" else one_of("auto", 0, 0.3),
        "solver": solver,
        "learning_rate": one_of("cosine", "constant", "adaptive", "invscaling"),
        "batch_size": one_of("auto", "auto", 4, 7),
        "max_iter": one_of(1, 2, 2),
        "max_grad_norm": one_of(1.0, None),
        "alpha": one_of(0.0003, 0.0, 0.1),
        "n_filters": one_of("auto", "auto", 0, 1, 3),
        "linear_steps": one_of("auto", "auto", 0, 2, 9),
        "own_scale": one_of("auto", False, True),
        "patch_size": one_of("auto", 1, 2, 3),
        "standardize": one_of(True, False),
        "early_stopping": one_of(False, False, True),
        "validation_fraction": 0.3,
        "random_state": int(rng.randint(100)),
    }
    if task == "classes":
        parameters["class_weight"] = one_of(
            None, "balanced", "balanced", {0: 0.3, 1: 1.7}
        )
    if task != "numbers":
        parameters["label_smoothing"] = one_of("auto", "auto", 0, 0.3)
    if layout == "table":
        parameters["features_per_step"] = n_features
    parameters.update(fixed)
    groups = None
    if parameters["early_stopping"] and one_of(False, True):
        groups = rng.permutation(N) % 6
    X = _sequences(rng, n_features, layout, one_of("normal", "few values"))
    y = _targets(rng, task, one_of(2, 3))
    parameters["dtype"] = one_of("auto", "auto", "float32", "float64")
    parameters["missing_values"] = one_of("error", "error", "forward_fill")
    if parameters["missing_values"] == "forward_fill":
        X = [np.where(rng.rand(*x.shape) < 0.3, np.nan, x) for x in X]
    if task == "numbers" and "loss" not in fixed:
        names = ["squared_error", "squared_error", "huber", "poisson", "gamma"]
        if parameters["solver"] != "lbfgs":
            names += ["absolute_error", "quantile"]
        parameters["loss"] = loss = one_of(*names)
        if loss == "quantile":
            parameters["quantile"] = one_of(0.3, [0.1, 0.7])
        if loss in ("poisson", "gamma"):
            y = np.abs(y) + 0.25
    return Configuration(kind, parameters, layout, dtype, X, y, groups)


def _sequences(rng, n_features, layout, values):
    n_steps = rng.randint(1, 5)
    lengths = np.full(N, n_steps)
    if layout == "ragged":
        lengths = rng.randint(1, 5, N)
    if values == "normal":
        # In float32 and in float64 the same numbers.
        return [np.float32(rng.normal(size=(t, n_features))) for t in lengths]
    return [rng.randint(-1, 2, (t, n_features)) for t in lengths]


def _targets(rng, task, n):
    if task == "classes":
        # The second class is three times as frequent as the others.
        return np.resize([0, 1, 1, *range(1, n)], N)
    if task == "labels":
        return rng.randint(0, 2, (N, n))
    # Sums of any order are exact.
    y = rng.randint(-8, 9, (N, n)) / 4
    return y[:, 0] if n == 2 else y
