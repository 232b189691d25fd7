"""Whatever is raised in a fit, the estimator is the old one or a new one, whole."""

import copy
import pickle
import sys
import warnings

import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skrnn import LSTMClassifier, RecurrentFeatures, RNNClassifier
from skrnn.estimators.callbacks import HAS_CALLBACKS
from skrnn.network import network as network_module
from skrnn.preprocessing import PerStepTransformer
from skrnn.streaming import EarlyClassifier
from tests.attacks.injection import Injected, Lines

RNG = np.random.default_rng(0)
X = RNG.normal(size=(8, 2, 1))
Y = np.arange(8) % 2
#: Of another number of features and classes.
WIDE = RNG.normal(size=(9, 2, 3))
THREE = np.arange(9) % 3


def network(**parameters):
    """Make the smallest classifier."""
    return RNNClassifier(**{"hidden_size": 1, "max_iter": 1, **SEED, **parameters})


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


class Scenario:
    """An estimator, what it was fitted on before, if anything, and a call.

    `goes_on` says that a cut model may take the place of the one that was there.
    """

    def __init__(self, estimator, earlier, method, given, goes_on=False, shards=False):
        self.start = estimator
        if earlier is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.start.fit(*earlier)
        self.method, self.given = method, given
        self.may_be_cut = goes_on or earlier is None
        self.shards = shards
        self.fresh = earlier is None

    def prepare(self):
        """Give an estimator as it is before the call, and the call."""
        estimator = copy.copy(self.start)
        return estimator, lambda: getattr(estimator, self.method)(**self.given)


def _scenarios():
    narrow, wide = {"X": X, "y": Y}, {"X": WIDE, "y": THREE}
    early = EarlyClassifier(network(), n_prefixes=1)
    in_parts = {**narrow, "classes": [0, 1]}
    scaler = PerStepTransformer(StandardScaler())
    scenarios = {
        "first fit": (network(), None, "fit", narrow),
        "refit": (network(), (X, Y), "fit", wide),
        "warm start": (network(warm_start=True), (X, Y), "fit", narrow, True),
        "partial_fit": (network(), None, "partial_fit", in_parts),
        "more partial_fit": (network(), (X, Y), "partial_fit", narrow, True),
        "lbfgs": (network(solver="lbfgs"), None, "fit", narrow),
        "early stopping": (network(**HALF), None, "fit", narrow),
        "shards": (network(batch_size=8), (X, Y), "fit", narrow, False, True),
        "EarlyClassifier": (early, None, "fit", narrow),
        "EarlyClassifier, refit": (clone(early), (X, Y), "fit", wide),
        "RecurrentFeatures": (RecurrentFeatures(network()), None, "fit", narrow),
        "RecurrentFeatures, refit": (
            RecurrentFeatures(network()),
            (X, Y),
            "fit",
            wide,
        ),
        "PerStepTransformer, refit": (clone(scaler), (X,), "fit", {"X": WIDE}),
    }
    if HAS_CALLBACKS:
        scenarios["callback, refit"] = (
            network().set_callbacks(Looker()),
            (X, Y),
            "fit",
            wide,
        )
    return scenarios


SCENARIOS = _scenarios()
#: Of these, functions of numbers too are entered.
ENTERED = ("refit",)
#: Of these every line is tried with an interrupt; the rest, which runs through the same
#: lines but for few, is thinned out.
EVERY_LINE = ("refit", "warm start", "more partial_fit")


def fitted_attributes(estimator):
    """Give what a fit leaves."""
    return {
        name: value
        for name, value in vars(estimator).items()
        if name.endswith("_") and not name.startswith("_")
    }


def differences(found, expected, path=""):
    """Say where what was fitted differs, to the bit; nothing if it does not."""
    if isinstance(expected, BaseEstimator):
        found, expected = fitted_attributes(found), fitted_attributes(expected)
    if isinstance(expected, dict):
        if set(found) != set(expected):
            return [f"{path}: {sorted(set(found) ^ set(expected))} on one side only"]
        return [
            difference
            for name in expected
            for difference in differences(found[name], expected[name], f"{path}.{name}")
        ]
    if isinstance(expected, np.ndarray):
        same = np.array_equal(found, expected)
    else:
        same = found == expected
    return [] if same else [path]


def networks(estimator):
    """Give the networks in an estimator."""
    if hasattr(estimator, "weights_"):
        return [estimator]
    return networks(estimator.estimator_) if hasattr(estimator, "estimator_") else []


def faults(estimator, done):
    """Say what is wrong with an estimator that claims to be fitted; `done` is whole."""
    found, expected = fitted_attributes(estimator), fitted_attributes(done)
    if set(found) != set(expected):
        return [f"{sorted(set(found) ^ set(expected))} on one side only"]
    wrong = []
    for one, whole in zip(networks(estimator), networks(done), strict=True):
        if one.weights_.shape != whole.weights_.shape:
            wrong.append(f"weights_ of shape {one.weights_.shape}")
        if set(fitted_attributes(one)) != set(fitted_attributes(whole)):
            wrong.append("attributes of the network are missing")
        elif one.n_features_in_ != whole.n_features_in_:
            wrong.append(f"n_features_in_={one.n_features_in_}")
        elif one.loss_ != (one.loss_curve_[-1] if one.loss_curve_ else None):
            wrong.append(f"loss_={one.loss_}, loss_curve_={one.loss_curve_}")
    try:
        wrong += _wrong_answers(estimator, done)
    except (ValueError, IndexError) as error:
        wrong.append(f"it cannot predict: {type(error).__name__}: {error}")
    pickle.dumps(estimator)
    return wrong


def _wrong_answers(estimator, done):
    data = WIDE if getattr(done, "n_features_in_", 1) == 3 else X
    for name in ("predict", "transform", "predict_proba"):
        if hasattr(estimator, name):
            values = np.asarray(getattr(estimator, name)(data))
            if not np.isfinite(values).all():
                yield f"{name} gives {values.ravel()[:3]}"


@pytest.mark.parametrize("kind", [Injected, KeyboardInterrupt])
@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.filterwarnings("ignore")
def test_at_every_line_the_old_estimator_or_a_new_one(name, kind, monkeypatch):
    scenario = Scenario(*SCENARIOS[name])
    if scenario.shards:
        monkeypatch.setattr(network_module, "WORTH_A_THREAD", 2)
        scenario.start.set_params(n_jobs=2)
    lines = Lines(entered=name in ENTERED and kind is Injected)
    scenario.prepare()[1]()  # what is cached is no more to be computed
    done, call = scenario.prepare()
    lines.run(call)
    reference = pickle.loads(pickle.dumps(scenario.start))
    every = name in EVERY_LINE and kind is KeyboardInterrupt
    places = lines.lines(
        **({} if every or lines.entered else {"every": 16, "last": 30})
    )
    assert len(places) > 30
    found = {}
    for place in places:
        estimator, call = scenario.prepare()
        before = fitted_attributes(estimator)
        came = None
        try:
            lines.inject(call, place, kind("injected"))
        except kind as error:
            came = error
        what = _judge(scenario, estimator, before, reference, done, kind, came)
        if came is None and lines.wanted is None:
            what = ["the exception was swallowed", *what]
        for each in what:
            found.setdefault(each, []).append("{}:{}".format(*place))
    if found:
        pytest.fail("\n".join(_sentences(name, kind, found)))


def _sentences(name, kind, found):
    """Say what is wrong, and at which lines."""
    for what, places in found.items():
        yield (
            f"{name}: {what} where {kind.__name__} was raised at {len(places)} "
            f"line(s): {', '.join(places[:5])} ... {', '.join(places[-3:])}"
        )


def _judge(scenario, estimator, before, reference, done, kind, came):
    """Say what is wrong after an exception."""
    now = fitted_attributes(estimator)
    is_old = now.keys() == before.keys() and all(now[k] is before[k] for k in now)
    if came is None and not differences(estimator, done):
        return []
    if is_old:
        changed = differences(estimator, reference)
        return [f"the old model was changed in place: {changed}"] if changed else []
    if not now:
        return ["the old model is lost, and there is no new one"]
    if wrong := faults(estimator, done):
        return [f"neither the old model nor a new one: {'; '.join(wrong)}"]
    is_complete = not differences(estimator, done)
    if is_complete or (kind is KeyboardInterrupt and scenario.may_be_cut):
        return []
    return ["a model that was cut has taken the place of the old one"]


def assert_old(estimator, before):
    """Fail, and say which attributes are others than before."""
    __tracebackhide__ = True
    now = fitted_attributes(estimator)
    changed = [name for name in before if now.get(name) is not before[name]]
    new = sorted(set(now) - set(before))
    assert not changed, f"{type(estimator).__name__}: others than before: {changed}"
    assert not new, f"{type(estimator).__name__}: not there before: {new}"


# What was learnt until an interrupt


class Interrupting:
    """Stands in for stdout; a line of `verbose` for an epoch is interrupted."""

    def __init__(self, epoch, exception):
        self.epoch, self.exception = epoch, exception

    def write(self, text):
        if f" {self.epoch}/" in text and self.exception is not None:
            exception, self.exception = self.exception, None
            raise exception

    def flush(self):
        pass


def interrupted(call, monkeypatch, epoch=2, exception=None):
    """Call, interrupt it after an epoch, and see the interrupt go up."""
    exception = KeyboardInterrupt("by hand") if exception is None else exception
    with monkeypatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.setattr(sys, "stdout", Interrupting(epoch, exception))
        with pytest.raises(type(exception)):
            call()


SOLVERS = pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
LOUD = {"verbose": True, "max_iter": 5, "hidden_size": 2, "tol": 0.0}


@SOLVERS
def test_an_interrupted_first_fit_has_what_it_learnt_so_far(solver, monkeypatch):
    clf = network(solver=solver, **LOUD)
    interrupted(lambda: clf.fit(X, Y), monkeypatch)
    assert clf.n_iter_ == len(clf.loss_curve_) == 2
    assert np.isfinite(clf.predict_proba(X)).all()
    first = clone(clf).set_params(verbose=False)
    untrained = network(solver=solver, **{**LOUD, "max_iter": 1, "verbose": False})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        untrained.fit(X, Y)
        first.set_params(learning_rate="constant", max_iter=2).fit(X, Y)
    assert not np.array_equal(clf.weights_, untrained.weights_)
    assert set(fitted_attributes(clf)) == set(fitted_attributes(first))


@SOLVERS
def test_an_interrupted_refit_keeps_the_earlier_model(solver, monkeypatch):
    clf = network(solver=solver, **LOUD)
    interrupted(lambda: clf.fit(X, Y), monkeypatch)
    before, predicted = fitted_attributes(clf), clf.predict_proba(X)
    interrupted(lambda: clf.fit(WIDE, THREE), monkeypatch)
    assert_old(clf, before)
    np.testing.assert_array_equal(clf.predict_proba(X), predicted)


@SOLVERS
def test_an_interrupted_warm_start_has_what_it_learnt_so_far(solver, monkeypatch):
    clf = network(solver=solver, warm_start=True, **LOUD)
    interrupted(lambda: clf.fit(X, Y), monkeypatch, epoch=1)
    before = clf.weights_.copy()
    interrupted(lambda: clf.fit(X, Y), monkeypatch, epoch=3)
    assert len(clf.loss_curve_) == 4
    assert not np.array_equal(clf.weights_, before)


@pytest.mark.parametrize("first", [True, False])
def test_an_interrupted_partial_fit_has_what_it_learnt_so_far(first, monkeypatch):
    clf = network(**LOUD)
    if not first:
        clf.set_params(verbose=False).partial_fit(X, Y, classes=[0, 1])
        clf.set_params(verbose=True)
    before = clf.weights_.copy() if not first else None
    interrupted(lambda: clf.partial_fit(X, Y, classes=[0, 1]), monkeypatch, epoch=1)
    assert len(clf.loss_curve_) == (1 if first else 2)
    assert first or not np.array_equal(clf.weights_, before)
    clf.set_params(verbose=False).partial_fit(X, Y)
    assert np.isfinite(clf.predict_proba(X)).all()


@SOLVERS
@pytest.mark.parametrize("way", ["first fit", "refit", "warm start"])
def test_an_error_in_training_leaves_the_old_estimator(way, solver, monkeypatch):
    clf = network(solver=solver, **LOUD, warm_start=way == "warm start")
    if way != "first fit":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            clf.set_params(verbose=False).fit(X, Y).set_params(verbose=True)
    before = fitted_attributes(clf)
    interrupted(lambda: clf.fit(X, Y), monkeypatch, exception=OSError("disk full"))
    assert_old(clf, before)


# Inside of others


def _inside():
    loud = network(**LOUD)
    return {
        "pipeline": make_pipeline(PerStepTransformer(StandardScaler()), loud),
        "search": GridSearchCV(loud, {"hidden_size": [1, 2]}, cv=2),
        "early": EarlyClassifier(loud),
        "features": RecurrentFeatures(loud),
        "search of early": GridSearchCV(EarlyClassifier(loud), {"patience": [1]}, cv=2),
    }


@pytest.mark.parametrize("name", _inside())
@pytest.mark.parametrize("refit", [False, True])
def test_an_interrupt_goes_up_through_what_is_around(name, refit, monkeypatch):
    outer = _inside()[name]
    if refit:
        with warnings.catch_warnings(), monkeypatch.context() as patch:
            warnings.simplefilter("ignore")
            patch.setattr(sys, "stdout", Interrupting(0, None))
            outer.fit(X, Y)
    before = fitted_attributes(outer)
    interrupted(lambda: outer.fit(X, Y), monkeypatch)
    if refit and name in ("early", "features"):
        assert_old(outer, before)


def test_an_interrupt_ends_a_cross_validation(monkeypatch):
    clf = network(**LOUD)
    interrupted(lambda: cross_val_score(clf, X, Y, cv=2), monkeypatch)
    interrupted(
        lambda: cross_val_score(clf, X, Y, cv=2, error_score=np.nan), monkeypatch
    )


# Warnings that are errors, callbacks that fail


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


def test_an_lstm_is_no_other_than_a_simple_network(monkeypatch):
    """The rooms above are of simple networks, for speed."""
    clf = LSTMClassifier(2, max_iter=4, verbose=True, random_state=0)
    interrupted(lambda: clf.fit(X, Y), monkeypatch)
    assert clf.n_iter_ == 2
