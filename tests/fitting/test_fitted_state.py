"""A fitted state that is not whole is refused when it is first used, by everyone."""

import copy
import pickle

import numpy as np
import pytest

from skrnn import GRUClassifier, LSTMRegressor, RNNClassifier
from skrnn.fitting import fitted_state
from skrnn.inspection import saliency
from skrnn.interop import export_onnx, torch_state
from skrnn.streaming import EarlyClassifier, Stream

X = np.random.default_rng(0).normal(size=(24, 4, 2))
CODES = (X[:, 0, 0] > 0).astype(int)
SMALL = {"max_iter": 2, "random_state": 0}
MODELS = {
    "two classes": GRUClassifier(3, **SMALL).fit(X, CODES),
    "classes": RNNClassifier(3, **SMALL).fit(X, CODES + (X[:, 1, 0] > 0)),
    "labels": RNNClassifier(3, **SMALL).fit(X, np.c_[CODES, 1 - CODES, X[:, 1, 0] > 0]),
    "targets": LSTMRegressor(3, **SMALL).fit(X, X[:, 0]),
    "all of it": GRUClassifier(
        3, n_filters=2, linear_steps=2, own_scale=True, **SMALL
    ).fit(X, CODES),
    "table": GRUClassifier(3, features_per_step=2, **SMALL).fit(
        X.reshape(24, -1), CODES
    ),
}


def damaged(model, **changes):
    """Return a copy with other attributes; None takes one away."""
    twin = copy.deepcopy(model)
    for name, value in changes.items():
        vars(twin).pop(name) if value is None else setattr(twin, name, value)
    return twin


def changed(model, **parts):
    return {"architecture_": {**model.architecture_, **parts}}


def message(call, *args):
    with pytest.raises(ValueError, match="The fitted state of this") as caught:
        call(*args)
    return str(caught.value)


def reads(name):
    return X.reshape(24, -1) if name == "table" else X


def weights(model, value):
    values = model.weights_.copy()
    values[-1] = value
    return values


FAULTS = {
    "one weight more": lambda m: {"weights_": np.append(m.weights_, 0.0)},
    "one weight less": lambda m: {"weights_": m.weights_[1:]},
    "weights in a column": lambda m: {"weights_": m.weights_[:, np.newaxis]},
    "a weight that is NaN": lambda m: {"weights_": weights(m, np.nan)},
    "an infinite weight": lambda m: {"weights_": weights(m, -np.inf)},
    "weights in a list": lambda m: {"weights_": m.weights_.tolist()},
    "weights of half": lambda m: {"weights_": m.weights_.astype(np.float16)},
    "no weights": lambda m: {"weights_": None},
    "no patch size": lambda m: {"patch_size_": None},
    "another patch size": lambda m: {"patch_size_": 2},
    "half a patch": lambda m: {"patch_size_": 0.5},
    "no mean": lambda m: {"feature_mean_": None},
    "one mean less": lambda m: {"feature_mean_": m.feature_mean_[1:]},
    "a scale of zero": lambda m: {"feature_scale_": 0 * m.feature_scale_},
    "a scale that is NaN": lambda m: {"feature_scale_": np.nan * m.feature_scale_},
    "a memory of no gaps": lambda m: {"feature_memory_": np.ones(2)},
    "no own_scale_": lambda m: {"own_scale_": None},
    "another own_scale_": lambda m: {"own_scale_": not m.own_scale_},
    "own_scale_ of 0": lambda m: {"own_scale_": 0},
    "no n_filters_": lambda m: {"n_filters_": None},
    "a filter more": lambda m: {"n_filters_": m.n_filters_ + 1},
    "filters below zero": lambda m: {"n_filters_": -1},
    "half a filter": lambda m: {"n_filters_": 0.5},
    "n_filters_ of False": lambda m: {"n_filters_": False},
    "no linear_steps_": lambda m: {"linear_steps_": None},
    "a linear step more": lambda m: {"linear_steps_": m.linear_steps_ + 1},
    "linear steps below zero": lambda m: {"linear_steps_": -2},
    "linear steps in a list": lambda m: {"linear_steps_": [m.linear_steps_]},
    "another layout": lambda m: {"input_layout_": "3d"},
    "a feature more": lambda m: {"n_features_in_": m.n_features_in_ + 1},
    "no feature": lambda m: {"n_features_in_": 0},
    "a larger layer": lambda m: changed(m, hidden_sizes=(4,)),
    "another layer": lambda m: changed(m, hidden_sizes=(3, 3)),
    "no layer": lambda m: changed(m, hidden_sizes=()),
    "both directions": lambda m: changed(m, bidirectional=True),
    "another pooling": lambda m: changed(m, pooling="last"),
    "no such pooling": lambda m: changed(m, pooling="sum"),
    "an output more": lambda m: changed(m, n_outputs=m.architecture_["n_outputs"] + 1),
    "another cell": lambda m: changed(m, cell="transformer"),
    "an unknown part": lambda m: changed(m, attention=True),
    "no architecture": lambda m: {"architecture_": "lstm"},
}
OF_CLASSIFIERS = {
    "no classes": lambda m: {"classes_": None},
    "a class more": lambda m: {"classes_": np.append(m.classes_, 7)},
    "a class twice": lambda m: {"classes_": np.repeat(m.classes_[:1], len(m.classes_))},
    "classes in a list": lambda m: {"classes_": m.classes_.tolist()},
    "a flipped multilabel_": lambda m: {"multilabel_": not m.multilabel_},
    "multilabel_ of text": lambda m: {"multilabel_": "False"},
}
OF_REGRESSORS = {
    "a target more": lambda m: {"target_mean_": np.zeros(3)},
    "a target scale of zero": lambda m: {"target_scale_": np.zeros(2)},
    "no target mean": lambda m: {"target_mean_": None},
    "one column": lambda m: {"target_ndim_": 1},
    "no such loss": lambda m: changed(m, loss="mse"),
    "a quantile without its loss": lambda m: changed(m, quantile=0.5),
    "a loss without its quantile": lambda m: changed(m, loss="quantile"),
    "an infinite quantile": lambda m: changed(m, loss="quantile", quantile=np.inf),
    "no quantiles": lambda m: changed(m, loss="quantile", quantile=()),
    "a quantile more": lambda m: changed(m, loss="quantile", quantile=(0.1, 0.5, 0.9)),
}


CASES = [
    (name, fault, change)
    for name in MODELS
    for fault, change in (
        FAULTS | (OF_REGRESSORS if name == "targets" else OF_CLASSIFIERS)
    ).items()
]


@pytest.mark.parametrize(
    ("name", "fault", "change"), CASES, ids=[f"{a}-{b}" for a, b, _ in CASES]
)
def test_nothing_is_predicted_by_a_state_that_is_not_whole(name, fault, change):
    bad = damaged(MODELS[name], **change(MODELS[name]))
    said = message(bad.predict, reads(name))
    assert said.startswith(f"The fitted state of this {type(bad).__name__} is not ")
    assert said.endswith(
        "Its file may be damaged, or of another version of skrnn. Load it again from a "
        "good one, or fit anew."
    )


@pytest.mark.parametrize(
    "use",
    [
        lambda bad: bad.hidden_states(X),
        lambda bad: bad.pooled_states(X),
        lambda bad: bad.staged_predict(X),
        lambda bad: bad.partial_fit(X, CODES),
        lambda bad: bad.set_params(warm_start=True).fit(X, CODES),
        lambda bad: Stream(bad),
        lambda bad: saliency(bad, X),
        lambda bad: torch_state(bad),
        lambda bad: export_onnx(bad),
    ],
)
@pytest.mark.parametrize("fault", ["one weight more", "no patch size", "no classes"])
def test_so_it_is_wherever_a_model_is_used(use, fault):
    model = MODELS["two classes"]
    message(use, damaged(model, **(FAULTS | OF_CLASSIFIERS)[fault](model)))


def test_an_early_classifier_looks_at_the_one_inside():
    early = EarlyClassifier(GRUClassifier(3, **SMALL)).fit(X, CODES)
    early.estimator_.weights_ = early.estimator_.weights_[1:]
    message(early.predict, X)


def test_what_an_optimizer_remembers_is_looked_at_too():
    bad = copy.deepcopy(MODELS["two classes"])
    bad.optimizer_state_["adam"]["m"] = np.zeros(3)
    assert "m of adam in optimizer_state_ is not" in message(bad.partial_fit, X, CODES)


def test_the_fault_is_named():
    model = MODELS["classes"]
    assert message(damaged(model, multilabel_=True).predict, X) == (
        "The fitted state of this RNNClassifier is not whole: the network has 3 "
        "output(s) for classes, not 3 for labels. Its file may be damaged, or of "
        "another version of skrnn. Load it again from a good one, or fit anew."
    )


@pytest.mark.parametrize("name", MODELS)
def test_a_state_that_is_whole_is_looked_at_once(name, monkeypatch):
    model = pickle.loads(pickle.dumps(MODELS[name]))
    expected, looked = model.predict(reads(name)), []
    right = fitted_state._state_fault
    monkeypatch.setattr(
        fitted_state, "_state_fault", lambda model: looked.append(model) or right(model)
    )
    for _ in range(3):
        assert np.array_equal(model.predict(reads(name)), expected)
    assert looked == []
    model.weights_ = model.weights_.copy()
    for _ in range(3):
        assert np.array_equal(model.predict(reads(name)), expected)
    assert looked == [model]
