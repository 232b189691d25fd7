"""A third solver is one file, such as this one, and one line of a registry."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.exceptions import ConvergenceWarning

from skrnn import GRURegressor, LSTMClassifier
from skrnn.training import SOLVERS, Objective, Reason, Solver, Training, TrainingSet


@dataclass(eq=False)
class Descent(Solver):
    """Plain gradient descent on the whole training set."""

    objective: Objective
    data: TrainingSet
    max_iter: int
    rate: float = 0.3

    unit = "turn"
    has_batches = False
    dtype = np.float32
    at_max_iter = "It went down for {max_iter} turns."
    remedy = "a smaller step"

    @classmethod
    def create(cls, settings, name, *, objective, data, **common):
        """Make a solver for an estimator."""
        return cls(objective, data, settings.n_epochs)

    @property
    def memory(self):
        """Nothing."""
        return None

    def progress(self, state):
        """All there is."""
        return state.progress()

    def solve(self, weights, progress=None):
        """Go down."""
        state = Training.of(progress) if progress else Training(weights.copy())
        batch = self.data.batch(self.data.rows)
        for _ in range(self.max_iter - state.history.n_epochs):
            value, gradient, _ = self.objective.value_and_gradient(
                state.weights, *batch
            )
            state.weights -= self.rate * gradient
            state.update += 1
            state.history.n_seen += len(self.data.rows)
            state.record(value)
        state.reason = Reason.MAX_ITER
        return state


@pytest.fixture
def registered(monkeypatch):
    monkeypatch.setitem(SOLVERS, "descent", Descent)


X = np.random.default_rng(0).normal(size=(60, 5, 2))


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("kind", [LSTMClassifier, GRURegressor])
def test_an_estimator_learns_with_it(kind):
    y = X[:, :, 0].sum(axis=1)
    # The linear path of a regressor must leave something to learn.
    y = y > 0 if kind is LSTMClassifier else y**2
    model = kind(6, solver="descent", max_iter=80, random_state=0)
    with pytest.warns(ConvergenceWarning, match=r"^It went down for 80 turns\.$"):
        model.fit(X, y)
    assert model.loss_ < 0.7 * model.loss_curve_[0]
    assert (model.n_iter_, model.t_) == (80, 80 * 60)
    assert model.optimizer_state_ == {}
    assert model.weights_.dtype == np.float32
    with pytest.warns(ConvergenceWarning):
        again = kind(6, solver="descent", max_iter=80, random_state=0).fit(X, y)
    assert_array_equal(again.weights_, model.weights_)


@pytest.mark.usefixtures("registered")
def test_what_it_says_of_itself_holds_for_the_estimator():
    model = LSTMClassifier(solver="descent")
    assert not hasattr(model, "partial_fit")
    with pytest.raises(ValueError, match=r"^solver='descent' does not support dropout"):
        model.set_params(dropout=0.5).fit(X, X[:, 0, 0] > 0)


def test_without_the_line_nobody_knows_it():
    with pytest.raises(ValueError, match="The 'solver' parameter of LSTMClassifier"):
        LSTMClassifier(solver="descent").fit(X, X[:, 0, 0] > 0)
