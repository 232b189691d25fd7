"""Networks that a Dask cluster fits: the same numbers, with many machines."""

from skrnn.dask.classifiers import GRUClassifier, LSTMClassifier, RNNClassifier
from skrnn.dask.regressors import GRURegressor, LSTMRegressor, RNNRegressor
from skrnn.dask.step_classifiers import (
    GRUStepClassifier,
    LSTMStepClassifier,
    RNNStepClassifier,
)
from skrnn.dask.step_regressors import (
    GRUStepRegressor,
    LSTMStepRegressor,
    RNNStepRegressor,
)

__all__ = [
    "GRUClassifier",
    "GRURegressor",
    "GRUStepClassifier",
    "GRUStepRegressor",
    "LSTMClassifier",
    "LSTMRegressor",
    "LSTMStepClassifier",
    "LSTMStepRegressor",
    "RNNClassifier",
    "RNNRegressor",
    "RNNStepClassifier",
    "RNNStepRegressor",
]


def __dir__():
    return __all__
