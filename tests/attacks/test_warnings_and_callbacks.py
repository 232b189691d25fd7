"""Warnings that are errors, and callbacks that fail, leave the old estimator."""

import warnings

import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler

from skrnn import RecurrentFeatures
from skrnn.estimators.callbacks import HAS_CALLBACKS
from skrnn.preprocessing import PerStepTransformer
from skrnn.streaming import EarlyClassifier
from tests.attacks.injection import Injected
from tests.attacks.scenarios import (
    HALF,
    THREE,
    WIDE,
    Looker,
    X,
    Y,
    assert_old,
    fitted_attributes,
    network,
)

FITS = {
    "first fit": lambda model: model.fit(WIDE, THREE),
    "refit": lambda model: model.fit(WIDE, THREE),
    "warm start": lambda model: model.set_params(warm_start=True).fit(X, Y),
}


@pytest.mark.parametrize("way", FITS)
@pytest.mark.parametrize(
    "parameters",
    [
        {"learning_rate": "constant", "max_iter": 2},
        {"solver": "lbfgs", "max_iter": 1},
        {**HALF, "learning_rate": "constant", "max_iter": 2},
        {"learning_rate_init": 1e200, "solver": "sgd", "max_grad_norm": None},
    ],
    ids=lambda parameters: ", ".join(parameters),
)
def test_a_warning_made_an_error_leaves_the_old_estimator(way, parameters):
    model = network(**{**parameters, "hidden_size": 2})
    if way != "first fit":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(X, Y)
    before = fitted_attributes(model)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises((ConvergenceWarning, UserWarning)):
            FITS[way](model)
    assert_old(model, before)


def test_a_warning_made_an_error_leaves_the_old_features_and_early_classifier():
    stops = network(learning_rate="constant", max_iter=2)
    for outer in (RecurrentFeatures(stops), EarlyClassifier(stops)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            outer.fit(X, Y)
        before = fitted_attributes(outer)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(ConvergenceWarning):
                outer.fit(WIDE, THREE)
        assert_old(outer, before)


class Stumbling(Looker):
    """A callback that fails in one of its hooks, at a task of some name."""

    def __init__(self, hook, task, error):
        self.hook, self.task, self.error = hook, task, error

    def _at(self, hook, context):
        if hook == self.hook and (hook in ("setup", "teardown") or self._is(context)):
            raise self.error

    def _is(self, context):
        return context.task_name == self.task

    def setup(self, estimator, context):
        self._at("setup", context)

    def teardown(self, estimator, context):
        self._at("teardown", context)

    def on_fit_task_begin(self, estimator, context):
        self._at("begin", context)

    def on_fit_task_end(self, estimator, context):
        self._at("end", context)


HOOKS = [
    ("setup", None),
    ("begin", "fit"),
    ("begin", "epoch"),
    ("end", "epoch"),
    ("end", "fit"),
    ("teardown", None),
]


CALLED = {
    "network": lambda: network(max_iter=2),
    "early": lambda: EarlyClassifier(network(max_iter=2), n_prefixes=1),
    "features": lambda: RecurrentFeatures(network(max_iter=2)),
    "per step": lambda: PerStepTransformer(StandardScaler()),
}


if HAS_CALLBACKS:

    @pytest.mark.parametrize("refit", [False, True])
    @pytest.mark.parametrize(("hook", "task"), HOOKS)
    @pytest.mark.parametrize("name", CALLED)
    def test_a_callback_that_fails_leaves_the_old_estimator(name, hook, task, refit):
        model = CALLED[name]()
        if task == "epoch" and name != "network":
            task = f"fit {type(getattr(model, 'estimator', StandardScaler())).__name__}"
        if refit:
            model.fit(X, Y)
        before = fitted_attributes(model)
        callback = Stumbling(hook, task, Injected("stumbled"))
        model.set_callbacks(callback)
        with pytest.raises(Injected, match=r"^stumbled$"):
            model.fit(WIDE, THREE)
        assert_old(model, before)
