"""Small networks on small data, what a fit leaves, and how two of them differ."""

import numpy as np

from skrnn import RNNClassifier, RNNStepClassifier

RNG = np.random.default_rng(0)
X = RNG.normal(size=(8, 2, 1))
Y = np.arange(8) % 2
#: Of another number of features and classes.
WIDE = RNG.normal(size=(9, 2, 3))
THREE = np.arange(9) % 3
#: Labels of their steps.
STEPS, WIDE_STEPS = np.arange(16).reshape(8, 2) % 2, np.arange(18).reshape(9, 2) % 3


def network(**parameters):
    """Make the smallest classifier."""
    return RNNClassifier(**{"hidden_size": 1, "max_iter": 1, **SEED, **parameters})


def step_network(**parameters):
    """Make the smallest classifier of steps."""
    return RNNStepClassifier(**{"hidden_size": 1, "max_iter": 1, **SEED, **parameters})


SEED = {"random_state": 0}
HALF = {"early_stopping": True, "validation_fraction": 0.5}


class Looker:
    """A callback that does nothing."""

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        pass


def fitted_attributes(estimator):
    """Give what a fit leaves."""
    return {
        name: value
        for name, value in vars(estimator).items()
        if name.endswith("_") and not name.startswith("_")
    }


def assert_old(estimator, before):
    """Fail, and say which attributes are others than before."""
    __tracebackhide__ = True
    now = fitted_attributes(estimator)
    changed = [name for name in before if now.get(name) is not before[name]]
    new = sorted(set(now) - set(before))
    assert not changed, f"{type(estimator).__name__}: others than before: {changed}"
    assert not new, f"{type(estimator).__name__}: not there before: {new}"
