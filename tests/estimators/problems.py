"""What the tests of training share."""

import warnings

import numpy as np
import pytest
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning

from skrnn.interop import torch_state

#: Nothing but layers, a pooling and a head.
PLAIN = {"n_filters": 0, "linear_steps": 0, "own_scale": False}
#: Nothing is dropped in training.
NOISELESS = {"dropout": 0, "recurrent_dropout": 0}
# Where L-BFGS is stopped early on purpose.
unfinished = pytest.mark.filterwarnings("ignore:L-BFGS stopped at max_iter")
# Where the penalty is so large, or a feature so small, that nothing is left of it.
vanishing = pytest.mark.filterwarnings("ignore:The network gives all sequences")


def plain(model):
    """Return a model with what definitions of the network and its loss speak of."""
    smoothing = {"label_smoothing": 0} if is_classifier(model) else {}
    return model.set_params(**PLAIN, **smoothing)


def quiet_fit(model, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y)


def loss_of(model, X, y, weight):
    """Compute the loss from what the model predicts, by its definition."""
    if is_classifier(model):
        losses = -model.predict_log_proba(X)[np.arange(len(X)), y]
    else:
        losses = 0.5 * ((model.predict(X) - y) / model.target_scale_) ** 2
    state = torch_state(model)
    for key in state:
        if key.startswith("weight_ih_l0"):
            # What is penalised is what reads the features on their scale.
            state[key] *= np.tile(model.feature_scale_, model.patch_size_)
    squares = sum(np.sum(state[key] ** 2) for key in state if "weight" in key)
    return weight @ losses / weight.sum() + 0.5 * model.alpha * squares
