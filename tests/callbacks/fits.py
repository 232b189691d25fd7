"""Fits that are cut short at a known epoch, and what must be the same of two."""

import numpy as np
from numpy.testing import assert_array_equal

from skrnn.estimators.callbacks import TrainingCallback


class CutShort(Exception):
    """A fit was cut short."""


class CutAfter(TrainingCallback):
    """Ends a fit by an error after some epochs."""

    def __init__(self, n_epochs):
        self.n_epochs = n_epochs

    def begin(self, fit):
        pass

    def after_epoch(self, fit):
        if fit.state.history.n_epochs == self.n_epochs:
            raise CutShort
        return False


class Then(TrainingCallback):
    """Does something after an epoch."""

    def __init__(self, n_epochs, do):
        self.n_epochs, self.do = n_epochs, do

    def begin(self, fit):
        pass

    def after_epoch(self, fit):
        if fit.state.history.n_epochs == self.n_epochs:
            self.do()
        return False


#: What two fits must have in common, beside their weights.
SAME = (
    *("loss_curve_", "validation_scores_", "n_iter_", "t_", "stopping_reason_"),
    *("best_validation_score_", "patch_size_", "own_scale_"),
)


def assert_same_fit(found, expected, what=""):
    """Fail unless two fitted networks are the same to the bit."""
    assert found.weights_.dtype == expected.weights_.dtype, what
    assert_array_equal(found.weights_, expected.weights_, err_msg=str(what))
    for name in SAME:
        assert getattr(found, name) == getattr(expected, name), f"{name}: {what}"
    memories = found.optimizer_state_, expected.optimizer_state_
    assert memories[0].keys() == memories[1].keys()
    for solver, memory in memories[1].items():
        for name, values in memory.items():
            assert np.array_equal(memories[0][solver][name], values), f"{name}: {what}"
