"""Monitors are called before and after every epoch, once, and may all ask to stop."""

import numpy as np
import pytest

from skrnn.optimizers import SCHEDULES, SGD
from skrnn.training import LBFGSSolver, MinibatchSolver, Monitor, Plateau, Reason
from tests.training.problems import Bowl, draw


class Witness(Monitor):
    def __init__(self, name, calls, stops=False):
        self.name, self.calls, self.stops = name, calls, stops

    def begin(self, state):
        self.calls.append((self.name, "begin", state.history.n_epochs))

    def end(self, state):
        self.calls.append((self.name, "end", state.history.n_epochs))
        return self.stops

    def close(self, fitted):
        raise AssertionError("whoever runs the solver closes them")


def minibatch(monitors, max_iter):
    return MinibatchSolver(
        objective=Bowl(),
        data=draw(),
        optimizer=SGD(4, "f8"),
        schedule=SCHEDULES["constant"](0.01, 9),
        batch_size=8,
        max_iter=max_iter,
        plateau=Plateau(0.0, np.inf),
        max_grad_norm=None,
        rng=np.random.RandomState(0),
        monitors=monitors,
    )


def lbfgs(monitors, max_iter):
    plateau = Plateau(0.0, np.inf)
    return LBFGSSolver(Bowl(), draw(), max_iter, 0.0, plateau, monitors=monitors)


@pytest.fixture(params=[minibatch, lbfgs], ids=lambda make: make.__name__)
def make(request):
    return request.param


def test_all_are_called_even_when_the_first_asks_to_stop(make):
    calls = []
    monitors = [Witness("a", calls, stops=True), Witness("b", calls)]
    result = make(monitors, 5).solve(np.zeros(4))
    assert result.reason is Reason.STOPPED
    assert calls == [
        ("a", "begin", 0),
        ("b", "begin", 0),
        ("a", "end", 1),
        ("b", "end", 1),
    ]


def test_an_epoch_begins_once(make):
    calls = []
    result = make([Witness("a", calls)], 3).solve(np.full(4, 9.0))
    n = result.history.n_epochs
    each = [call for k in range(n) for call in (("a", "begin", k), ("a", "end", k + 1))]
    # L-BFGS may look for one more iteration, and find that there is none.
    assert n > 0
    assert calls[: 2 * n] == each
    assert calls[2 * n :] in ([], [("a", "begin", n)])


def test_there_need_be_none(make):
    assert make((), 2).solve(np.zeros(4)).history.n_epochs > 0
