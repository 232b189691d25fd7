"""The type of the computation: of training, of predictions, and where it goes on."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier
from sklearn.model_selection import GridSearchCV

from skrnn import GRUClassifier, GRURegressor, LSTMClassifier, RNNClassifier
from skrnn.interop import load_torch_state, torch_state
from tests.conftest import CLASSIFIERS, REGRESSORS
from tests.estimators.problems import quiet_fit
from tests.estimators.tasks import ARCHITECTURES, outputs

SINGLE, DOUBLE = np.dtype("float32"), np.dtype("float64")
DTYPES = ["auto", "float32", "float64"]
#: Layouts of numbers of each type, by that in which they are read and predicted.
INPUTS = {
    "float64": (DOUBLE, lambda X: X),
    "float32": (SINGLE, lambda X: X.astype(np.float32)),
    "list of float32": (SINGLE, lambda X: list(X.astype(np.float32))),
    "one is float64": (DOUBLE, lambda X: [X[0], *X[1:].astype(np.float32)]),
    "float16": (DOUBLE, lambda X: X.astype(np.float16)),
    "int8": (DOUBLE, lambda X: (10 * X).astype(np.int8)),
    "lists": (DOUBLE, lambda X: X.tolist()),
    "object": (DOUBLE, lambda X: X.astype(object)),
}
#: As `dtype` says, and what training computes in.
CHOICES = {
    ("adam", "auto"): SINGLE,
    ("sgd", "auto"): SINGLE,
    ("lbfgs", "auto"): DOUBLE,
    ("adam", "float64"): DOUBLE,
    ("sgd", "float32"): SINGLE,
    ("lbfgs", "float32"): SINGLE,
    ("lbfgs", "float64"): DOUBLE,
    ("adam", np.float32): SINGLE,
    ("adam", np.float64): DOUBLE,
    ("adam", np.dtype("float32")): SINGLE,
    ("adam", np.dtype("float64")): DOUBLE,
}
rng = np.random.default_rng(0)
#: Their digits end early: 1e9 more takes none away from a number of float64.
X = np.round(rng.normal(size=(40, 5, 2)) * 2**16) / 2**16
Y = X[:, :, 0].sum(axis=1)
Z = (Y > 0).astype(int)

every_kind = pytest.mark.parametrize("kind", CLASSIFIERS + REGRESSORS)


def make(kind=LSTMClassifier, **parameters):
    return kind(**{"hidden_size": 4, "max_iter": 4, "random_state": 0, **parameters})


def fit(model, X=X, way="fit"):
    y = Z if is_classifier(model) else Y
    classes = {"classes": [0, 1]} if way == "partial_fit" and y is Z else {}
    return (
        quiet_fit(model, X, y) if way == "fit" else model.partial_fit(X, y, **classes)
    )


def predicted_type(kind, read):
    """Targets have a type of their own: that of predicted numbers is float64."""
    return read if kind in CLASSIFIERS else DOUBLE


@every_kind
@pytest.mark.parametrize(("solver", "dtype"), CHOICES, ids=str)
def test_weights_have_the_type_of_training(kind, solver, dtype):
    for read, layout in INPUTS.values():
        model = fit(make(kind, solver=solver, dtype=dtype, max_iter=1), layout(X))
        assert model.weights_.dtype == CHOICES[solver, dtype]
        assert outputs(model, layout(X)).dtype == predicted_type(kind, read)
        for memory in model.optimizer_state_.values():
            for values in memory.values():
                assert np.ndim(values) == 0 or values.dtype == model.weights_.dtype


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_names_of_a_type_are_the_same(solver):
    for name in ("float32", "float64"):
        kinds = (name, np.dtype(name), np.dtype(name).type)
        models = [fit(make(solver=solver, dtype=dtype)) for dtype in kinds]
        for other in models[1:]:
            assert_array_equal(other.weights_, models[0].weights_, strict=True)
    auto = fit(make(solver=solver))
    same = fit(make(solver=solver, dtype=str(CHOICES[solver, "auto"])))
    assert_array_equal(auto.weights_, same.weights_, strict=True)
    assert auto.loss_curve_ == same.loss_curve_


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", ["float16", "int8", "object"])
def test_numbers_of_any_type_are_those_of_float64(kind, dtype):
    _, layout = INPUTS[kind]
    one = fit(make(dtype=dtype), layout(X))
    other = fit(make(dtype=dtype), np.array(layout(X), float))
    assert_array_equal(one.weights_, other.weights_)
    assert_array_equal(one.predict_proba(layout(X)), other.predict_proba(layout(X)))


@pytest.mark.parametrize(
    ("kind", "architecture"),
    [
        (kinds[(i + j) % 3], architecture)
        for i, kinds in enumerate((CLASSIFIERS, REGRESSORS))
        for j, architecture in enumerate(ARCHITECTURES.values())
    ],
)
def test_more_digits_change_little(kind, architecture):
    """What is learnt in either type, of X of either type, is almost the same."""
    # With other digits, other sequences would lose a unit.
    # A regression leaves so little of these targets that rounding shows.
    quiet = {"dropout": 0, "recurrent_dropout": 0, "linear_steps": 0}
    options = {**quiet, **architecture}
    models = [fit(make(kind, dtype=dtype, **options)) for dtype in DTYPES[1:]]
    single, double = models
    assert_allclose(single.loss_curve_, double.loss_curve_, rtol=1e-4)
    assert single.loss_curve_ != double.loss_curve_
    assert (double.weights_ != double.weights_.astype(np.float32)).any()
    assert_allclose(single.weights_, double.weights_, atol=1e-3)
    narrow = X.astype(np.float32)
    for model in models:
        found = outputs(model, narrow)
        assert_allclose(found, outputs(model, X), rtol=1e-4, atol=1e-5)
        again = fit(clone(model), narrow)
        assert_allclose(outputs(again, X), outputs(model, X), atol=1e-3)


@every_kind
@pytest.mark.parametrize(
    "options",
    [{}, {"solver": "sgd"}, {"early_stopping": True}, {"patch_size": 3}],
    ids=str,
)
def test_far_from_zero_small_changes_are_learnt(kind, options):
    """Near 1e9, numbers of float32 are 64 apart: features are scaled before."""
    options = {"dropout": 0, "recurrent_dropout": 0, "linear_steps": 0, **options}
    y = Z if kind in CLASSIFIERS else Y
    near, far = (make(kind, **options) for _ in range(2))
    for model, x in ((near, X), (far, X + 1e9)):
        held_out = {"X_val": x[30:], "y_val": y[30:]} if model.early_stopping else {}
        model.fit(x[:30], y[:30], **held_out)
    assert far.weights_.dtype == SINGLE
    assert np.ptp(outputs(near, X)) > 0.01
    assert_allclose(far.loss_curve_, near.loss_curve_, rtol=1e-4)
    if near.early_stopping:
        assert_allclose(far.validation_scores_, near.validation_scores_, rtol=1e-4)
    assert_allclose(outputs(far, X + 1e9), outputs(near, X), atol=1e-4)


@pytest.mark.parametrize("kind", CLASSIFIERS)
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("far", [0.0, 1e9])
@pytest.mark.filterwarnings("ignore:L-BFGS stopped at max_iter")
def test_the_best_score_is_that_of_the_model(kind, solver, far):
    model = make(kind, solver=solver, early_stopping=True, max_iter=15)
    model.fit(X + far, Z, X_val=X[::2] + far, y_val=Z[::2])
    assert model.best_validation_score_ == model.score(X[::2] + far, Z[::2])
    assert model.best_validation_score_ > 0.5


# Where training goes on

WIDER = {
    ("float64", "auto"): DOUBLE,
    ("float64", "float32"): SINGLE,
    ("float64", np.float64): DOUBLE,
    ("float32", "float64"): DOUBLE,
    ("float32", "auto"): SINGLE,
    ("auto", "auto"): SINGLE,
}


@every_kind
@pytest.mark.parametrize("way", ["warm start", "partial_fit"])
@pytest.mark.parametrize(("before", "after"), WIDER, ids=str)
def test_no_digit_is_lost_unless_it_is_asked_for(kind, way, before, after):
    kept = WIDER[before, after]
    resume = "partial_fit" if way == "partial_fit" else "fit"
    model, same = (fit(make(kind, dtype=before), way=resume) for _ in range(2))
    model.set_params(dtype=after, warm_start=way == "warm start")
    same.set_params(dtype=str(kept), warm_start=way == "warm start")
    # The type of X plays no part.
    for x in (X, X.astype(np.float32)):
        assert fit(model, x, resume).weights_.dtype == kept
        assert_array_equal(model.weights_, fit(same, x, resume).weights_, strict=True)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("lbfgs", "adam", DOUBLE), ("adam", "lbfgs", DOUBLE), ("adam", "sgd", SINGLE)],
)
def test_another_solver_goes_on_in_the_wider_type(first, second, expected):
    model = fit(make(GRURegressor, solver=first, warm_start=True))
    assert fit(model.set_params(solver=second)).weights_.dtype == expected


def test_a_fit_that_does_not_go_on_begins_anew_with_its_type():
    model = fit(make(dtype="float64"))
    again = fit(model.set_params(dtype="auto"))
    assert_array_equal(again.weights_, fit(make()).weights_, strict=True)


@pytest.mark.parametrize("dtype", [*DTYPES, np.float32, np.dtype("float64")], ids=str)
def test_it_is_a_parameter_as_others_are(dtype):
    model = make(GRUClassifier, dtype=dtype)
    assert model.get_params()["dtype"] is dtype
    assert clone(model).get_params()["dtype"] == dtype
    loaded = pickle.loads(pickle.dumps(fit(model)))
    assert loaded.dtype == dtype
    assert_array_equal(loaded.weights_, model.weights_, strict=True)
    for one in (loaded, model):
        fit(one, way="partial_fit")
    assert_array_equal(loaded.weights_, model.weights_, strict=True)


def test_it_can_be_searched():
    search = GridSearchCV(make(), {"dtype": ["float64", np.float32]}, cv=2).fit(X, Z)
    assert search.best_estimator_.weights_.dtype == search.best_params_["dtype"]


@pytest.mark.parametrize("way", ["fit", "partial_fit"])
def test_what_is_no_such_type_is_refused(way):
    model = make(RNNClassifier, dtype=np.float16)
    with pytest.raises(ValueError, match="dtype") as caught:
        fit(model, way=way)
    assert str(caught.value) == (
        "The 'dtype' parameter of RNNClassifier must be one of 'auto', 'float32', "
        "'float64' or np.float32 or np.float64. Got <class 'numpy.float16'>."
    )
    assert not hasattr(model, "weights_")


# Weights that come from elsewhere


@pytest.mark.parametrize(
    ("fitted", "dtype", "given", "expected"),
    [
        ("auto", "auto", np.float32, SINGLE),
        ("auto", "auto", np.float64, DOUBLE),
        ("auto", "float32", np.float64, SINGLE),
        ("auto", "float64", np.float32, DOUBLE),
        ("float64", "auto", np.float32, DOUBLE),
        ("float64", "float32", np.float32, SINGLE),
        ("auto", "auto", np.int64, DOUBLE),
    ],
)
def test_a_state_keeps_its_digits_unless_they_are_not_wanted(
    fitted, dtype, given, expected
):
    model = fit(make(dtype=fitted, standardize=False)).set_params(dtype=dtype)
    rng = np.random.default_rng(0)
    state = {
        name: (3 * rng.normal(size=array.shape)).astype(given)
        for name, array in torch_state(model).items()
    }
    load_torch_state(model, state)
    assert model.weights_.dtype == expected
    found = torch_state(model)
    for name in ("weight_ih_l0", "weight_hh_l0", "head.weight", "head.bias"):
        assert_array_equal(found[name], state[name].astype(expected))
    assert fit(model, way="partial_fit").weights_.dtype == expected
