"""Recurrent networks for scikit-learn, written in NumPy."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from skrnn.estimators.features import RecurrentFeatures
from skrnn.estimators.gru_classifier import GRUClassifier
from skrnn.estimators.gru_regressor import GRURegressor
from skrnn.estimators.gru_step_classifier import GRUStepClassifier
from skrnn.estimators.gru_step_regressor import GRUStepRegressor
from skrnn.estimators.lstm_classifier import LSTMClassifier
from skrnn.estimators.lstm_regressor import LSTMRegressor
from skrnn.estimators.lstm_step_classifier import LSTMStepClassifier
from skrnn.estimators.lstm_step_regressor import LSTMStepRegressor
from skrnn.estimators.rnn_classifier import RNNClassifier
from skrnn.estimators.rnn_regressor import RNNRegressor
from skrnn.estimators.rnn_step_classifier import RNNStepClassifier
from skrnn.estimators.rnn_step_regressor import RNNStepRegressor
from skrnn.utils.version import __version__

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
    "RecurrentFeatures",
    "__version__",
]

#: Public as well; each is imported when it is first asked for.
_SUBPACKAGES = (
    "callbacks",
    "cells",
    "dask",
    "datasets",
    "ensemble",
    "inspection",
    "interop",
    "metrics",
    "preprocessing",
    "streaming",
)


if TYPE_CHECKING:  # Type checkers would take any name for one that `__getattr__` knows.
    from skrnn import callbacks as callbacks
    from skrnn import cells as cells
    from skrnn import dask as dask
    from skrnn import datasets as datasets
    from skrnn import ensemble as ensemble
    from skrnn import inspection as inspection
    from skrnn import interop as interop
    from skrnn import metrics as metrics
    from skrnn import preprocessing as preprocessing
    from skrnn import streaming as streaming
else:

    def __getattr__(name):
        if name in _SUBPACKAGES:
            return import_module(f"{__name__}.{name}")
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message, name=name, obj=sys.modules[__name__])


def __dir__():
    return sorted([*__all__, *_SUBPACKAGES])
