"""Whatever is raised in a fit, the estimator is the old one or a new one, whole."""

import copy
import pickle
import warnings

import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.preprocessing import StandardScaler

from skrnn import RecurrentFeatures
from skrnn.ensemble import SequenceBaggingClassifier
from skrnn.estimators.callbacks import HAS_CALLBACKS
from skrnn.network import network as network_module
from skrnn.preprocessing import PerStepTransformer
from skrnn.streaming import EarlyClassifier
from tests.attacks.injection import Injected, Lines
from tests.attacks.scenarios import (
    HALF,
    STEPS,
    THREE,
    WIDE,
    WIDE_STEPS,
    Looker,
    X,
    Y,
    fitted_attributes,
    network,
    step_network,
)


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
    steps, wide_steps = {"X": X, "y": STEPS}, {"X": WIDE, "y": WIDE_STEPS}
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
        "steps": (step_network(**HALF), None, "fit", steps),
        "steps, refit": (step_network(), (X, STEPS), "fit", wide_steps),
        "EarlyClassifier": (early, None, "fit", narrow),
        "EarlyClassifier, refit": (clone(early), (X, Y), "fit", wide),
        "RecurrentFeatures": (RecurrentFeatures(network()), None, "fit", narrow),
        "RecurrentFeatures, refit": (
            RecurrentFeatures(network()),
            (X, Y),
            "fit",
            wide,
        ),
        "SequenceBaggingClassifier, refit": (
            SequenceBaggingClassifier(network(), 2, oob_score=True, random_state=0),
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
#: An error in these runs through the lines of one in their refits.
FIRST_FITS = ("EarlyClassifier", "RecurrentFeatures")
CASES = [
    (name, kind)
    for name in SCENARIOS
    for kind in (KeyboardInterrupt, Injected)
    if kind is KeyboardInterrupt or name not in FIRST_FITS
]
#: Of these every line is tried with an interrupt; the rest, which runs through the same
#: lines but for few, is thinned out.
EVERY_LINE = ("refit", "warm start", "more partial_fit")


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
    if isinstance(expected, list) and len(found) == len(expected):
        return differences(dict(enumerate(found)), dict(enumerate(expected)), path)
    if isinstance(expected, np.ndarray):
        # What no member could be asked of is NaN in a committee.
        has_nan = expected.dtype.kind == "f"
        same = np.array_equal(found, expected, equal_nan=has_nan)
    else:
        same = found == expected
    return [] if same else [path]


def networks(estimator):
    """Give the networks in an estimator."""
    if hasattr(estimator, "weights_"):
        return [estimator]
    if hasattr(estimator, "estimators_"):
        return [one for member in estimator.estimators_ for one in networks(member)]
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


@pytest.mark.parametrize(("name", "kind"), CASES)
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
