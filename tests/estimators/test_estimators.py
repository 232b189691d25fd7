"""What all estimators promise about training: its course, its end, its traces."""

import numpy as np
import pytest
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score

from skrnn import GRUClassifier, RNNClassifier
from skrnn.datasets import make_sign_of_sum
from skrnn.interop import torch_state
from tests.conftest import maker
from tests.estimators.problems import (
    NOISELESS,
    loss_of,
    plain,
    quiet_fit,
    unfinished,
    vanishing,
)

SCHEDULES = ["constant", "invscaling", "adaptive", "cosine"]


@pytest.fixture
def data():
    return make_sign_of_sum(120, 6, random_state=0)


@pytest.mark.parametrize(
    "labels",
    [
        np.array([0, 1]),
        np.array([-1, 1]),
        np.array([2, 7]),
        np.array([False, True]),
        np.array(["no", "yes"]),
        np.array(["no", "yes"], dtype=object),
        np.array([0.0, 1.0], np.float32),
    ],
    ids=["0 and 1", "signs", "any int", "bool", "str", "object", "float"],
)
def test_any_labels(small, data, labels):
    X, y = data
    clf = small(max_iter=30, learning_rate_init=0.05).fit(X, labels[y])
    assert np.array_equal(clf.classes_, labels)
    assert clf.predict(X).dtype == labels.dtype
    assert clf.score(X, labels[y]) > 0.8


@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_shapes_and_meaning_of_the_outputs(small, data, n_classes):
    X, _ = data
    y = np.digitize(X.sum(axis=(1, 2)), np.linspace(-2, 2, n_classes - 1))
    clf = small(max_iter=20).fit(X, y)
    p, scores = clf.predict_proba(X), clf.decision_function(X)
    assert p.shape == (len(X), n_classes)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-12)
    np.testing.assert_allclose(np.log(p), clf.predict_log_proba(X), rtol=1e-9)
    assert np.array_equal(clf.predict(X), clf.classes_[p.argmax(axis=1)])
    if n_classes == 2:
        assert scores.shape == (len(X),)
        np.testing.assert_allclose(p[:, 1], 1 / (1 + np.exp(-scores)), rtol=1e-12)
    else:
        assert scores.shape == p.shape
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        np.testing.assert_allclose(p, odds / odds.sum(axis=1, keepdims=True))


def test_probabilities_too_small_for_a_float_keep_their_logarithm(small, data):
    X, y = data
    clf = small().fit(X, y)
    clf.weights_ *= 1e5
    log_p = clf.predict_log_proba(X)
    assert np.isfinite(log_p).all()
    assert log_p.min() < -800
    assert clf.predict_proba(X).min() == 0.0


@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("learning_rate", SCHEDULES)
def test_every_solver_learns_with_every_schedule(solver, learning_rate):
    small = maker(GRUClassifier if solver == "adam" else RNNClassifier)
    X, y = make_sign_of_sum(300, 6, random_state=0)
    rate = 0.01 if solver == "adam" else 0.1
    rate *= 5 if learning_rate == "invscaling" else 1
    clf = small(
        solver=solver,
        learning_rate=learning_rate,
        learning_rate_init=rate,
        hidden_size=8,
        max_iter=60,
    )
    assert quiet_fit(clf, X, y).score(X, y) > 0.9


def test_attributes_after_fit(any_small, data):
    X, y = data
    model = any_small(max_iter=7, batch_size=50).fit(X, y)
    assert model.n_iter_ == len(model.loss_curve_) == 7
    assert model.t_ == 7 * len(X)
    assert model.loss_ == model.loss_curve_[-1]
    assert model.best_loss_ == min(model.loss_curve_)
    assert model.validation_scores_ is model.best_validation_score_ is None
    assert model.n_features_in_ == 1
    assert model.input_layout_ == "3-D array"
    assert model.stopping_reason_ == "the learning rate schedule came to its end"
    assert np.isfinite(model.weights_).all()


ONE_BATCH = {"max_iter": 1, "batch_size": 120, "learning_rate_init": 1e-12}
#: With the rounding of the type in which they compute.
COURSES = {
    "Adam": ({**ONE_BATCH, "dtype": "float64"}, 1e-9),
    "Adam in float32": (ONE_BATCH, 1e-6),
    "L-BFGS": ({"max_iter": 5, "solver": "lbfgs"}, 1e-9),
}


@pytest.mark.parametrize(("course", "rel"), COURSES.values(), ids=COURSES)
@unfinished
def test_the_loss_reported_is_the_loss(any_small, data, course, rel):
    X, y = data
    weight = np.random.default_rng(0).uniform(0.1, 3, len(X))
    model = any_small(hidden_size=(4, 3), bidirectional=True, alpha=0.07, **NOISELESS)
    plain(model)
    X = 10 * X + 3
    model.set_params(**course).fit(X, y, sample_weight=weight)
    assert model.loss_ == pytest.approx(loss_of(model, X, y, weight), rel=rel)


@vanishing
def test_alpha_pulls_weights_towards_zero(any_small, data):
    X, y = data
    sizes = []
    for alpha in (0, 0.1, 1):
        model = any_small(alpha=alpha, max_iter=40).fit(X, y)
        sizes.append(np.linalg.norm(torch_state(model)["weight_hh_l0"]))
    assert sizes[0] > sizes[1] > sizes[2]


def test_early_stopping_keeps_the_best_weights(any_small, data):
    X, y = data
    stops = {"early_stopping": True, "validation_fraction": 0.25}
    model = any_small(
        max_iter=60, n_iter_no_change=5, learning_rate="constant", **stops
    )
    quiet_fit(model, X, y)
    assert model.best_loss_ is None
    assert model.best_validation_score_ == max(model.validation_scores_)
    assert len(model.validation_scores_) == model.n_iter_ <= 60
    best = int(np.argmax(model.validation_scores_)) + 1
    assert best < model.n_iter_ or best == 60
    shorter = any_small(max_iter=best, learning_rate="constant", **stops)
    quiet_fit(shorter, X, y)
    assert shorter.best_validation_score_ == model.best_validation_score_
    assert np.array_equal(shorter.weights_, model.weights_)


def test_early_stopping_holds_out_every_class(small, monkeypatch):
    X, _ = make_sign_of_sum(100, 4, random_state=0)
    y = np.repeat([0, 1], [90, 10])
    seen = []
    kind = type(small())

    def rate(self, scores, codes, sample_weight, loss):
        seen.append(np.bincount(codes, minlength=2).tolist())
        return 0.5

    monkeypatch.setattr(kind, "_score", rate)
    small(early_stopping=True, validation_fraction=0.2).fit(X, y)
    assert seen[0] == [18, 2]


def test_training_ends_when_nothing_improves(any_small, data):
    X, y = data
    model = any_small(max_iter=500, tol=0.5, n_iter_no_change=3).fit(X, y)
    assert model.n_iter_ < 20
    assert model.stopping_reason_ == "nothing improved any more"
    forever = any_small(max_iter=30, tol=0.5, n_iter_no_change=np.inf).fit(X, y)
    assert forever.n_iter_ == 30


def test_reaching_max_iter_is_a_warning_unless_it_was_the_plan(any_small, data):
    X, y = data
    any_small(max_iter=2, learning_rate="cosine").fit(X, y)
    with pytest.warns(ConvergenceWarning) as caught:
        model = any_small(max_iter=2, learning_rate="constant").fit(X, y)
    assert str(caught[0].message) == (
        "Training stopped at max_iter=2 epochs while the loss was still moving. Try a "
        "larger max_iter or learning_rate_init, or learning_rate='cosine'."
    )
    assert caught[0].filename == __file__
    assert model.stopping_reason_ == "max_iter was reached"


def test_warm_start_goes_on(any_small, data):
    X, y = data
    once = any_small(max_iter=20, learning_rate="constant", n_iter_no_change=np.inf)
    twice = any_small(
        max_iter=10, learning_rate="constant", n_iter_no_change=np.inf, warm_start=True
    )
    quiet_fit(once, X, y)
    first = quiet_fit(twice, X, y).weights_
    quiet_fit(twice, X, y)
    assert not np.array_equal(first, twice.weights_)
    assert len(twice.loss_curve_) == 20
    assert twice.n_iter_ == 10
    assert twice.t_ == once.t_
    # batches of 120 sequences are cut and shuffled anew: the same course, not the same
    assert abs(twice.loss_ - once.loss_) < 0.1


def test_warm_start_of_full_batches_is_one_long_fit(any_small, data):
    X, y = data
    options = {"learning_rate": "constant", "batch_size": len(X), **NOISELESS}
    once = quiet_fit(plain(any_small(max_iter=20, **options)), X, y)
    twice = plain(any_small(max_iter=10, warm_start=True, **options))
    quiet_fit(quiet_fit(twice, X, y), X, y)
    assert np.array_equal(once.weights_, twice.weights_)
    assert once.loss_curve_ == twice.loss_curve_


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_partial_fit_of_full_batches_is_fit(any_small, data, solver):
    X, y = data
    options = {"solver": solver, "learning_rate": "constant", "batch_size": len(X)}
    options |= NOISELESS
    fitted = quiet_fit(plain(any_small(max_iter=10, **options)), X, y)
    model = plain(any_small(**options))
    classes = {"classes": [0, 1]} if is_classifier(model) else {}
    for _ in range(10):
        model.partial_fit(X, y, **classes)
    assert np.array_equal(model.weights_, fitted.weights_)
    assert model.loss_curve_ == fitted.loss_curve_
    assert model.t_ == fitted.t_
    assert model.n_iter_ == 1


def test_partial_fit_learns_classes_that_come_late(small):
    X, y = make_sign_of_sum(400, 5, random_state=0)
    clf = small(hidden_size=8)
    clf.partial_fit(X[y == 0][:20], y[y == 0][:20], classes=[0, 1])
    assert clf.predict_proba(X).shape == (400, 2)
    for _ in range(30):
        for part in np.array_split(np.arange(400), 4):
            clf.partial_fit(X[part], y[part])
    assert clf.score(X, y) > 0.9


def test_partial_fit_goes_on_from_fit(any_small, data):
    X, y = data
    model = any_small().fit(X, y)
    before, n_steps = model.weights_, model.optimizer_state_["adam"]["n_steps"]
    model.partial_fit(X, y)
    assert not np.array_equal(before, model.weights_)
    assert model.optimizer_state_["adam"]["n_steps"] > n_steps


def test_class_weight_and_sample_weight_multiply(small, data):
    X, y = data
    weight = np.random.default_rng(0).uniform(0.5, 2, len(X))
    by_class = small(class_weight={0: 3.0, 1: 0.5}).fit(X, y, sample_weight=weight)
    by_hand = small().fit(X, y, sample_weight=weight * np.where(y == 0, 3.0, 0.5))
    np.testing.assert_allclose(by_class.weights_, by_hand.weights_, rtol=1e-9)


def test_balanced_classes_help_the_rare_one(small):
    X, y = make_sign_of_sum(400, 5, random_state=0)
    keep = np.flatnonzero((y == 0) | (np.cumsum(y) <= 15))
    X_new, y_new = make_sign_of_sum(400, 5, random_state=1)
    recall = {
        weight: accuracy_score(
            y_new[y_new == 1],
            small(class_weight=weight, max_iter=40)
            .fit(X[keep], y[keep])
            .predict(X_new[y_new == 1]),
        )
        for weight in (None, "balanced")
    }
    assert recall["balanced"] > recall[None] + 0.1


@pytest.mark.parametrize(
    ("solver", "unit"), [("adam", "epoch"), ("lbfgs", "iteration")]
)
@unfinished
def test_verbose_prints_one_line_an_epoch(any_small, data, solver, unit, capsys):
    X, y = data
    any_small(max_iter=3, solver=solver).fit(X, y)
    assert capsys.readouterr().out == ""
    losses = any_small(max_iter=3, solver=solver, verbose=1).fit(X, y).loss_curve_
    lines = [f"{unit} {k + 1:>4}/3  loss {loss:.6f}" for k, loss in enumerate(losses)]
    assert capsys.readouterr().out.splitlines() == lines


def test_nothing_is_written_to_disk(any_small, data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    X, y = data
    any_small(early_stopping=True, validation_fraction=0.5).fit(X, y).predict(X)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("scale", [1e-30, 1e-4, 1e4, 1e30, 1e300])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.filterwarnings("ignore:Feature 0 of X has mean")
@vanishing
def test_features_of_any_size_give_finite_numbers(
    any_small, data, scale, bidirectional, standardize
):
    X, y = data[0] * scale, data[1]
    model = any_small(hidden_size=(4, 3), bidirectional=bidirectional)
    model.set_params(standardize=standardize).fit(X, y)
    outputs = model.predict_proba(X) if is_classifier(model) else model.predict(X)
    assert np.isfinite(outputs).all()


def test_ways_to_say_how_many_layers_there_are(any_small, data):
    X, y = data
    said = [
        {"hidden_size": (5, 5)},
        {"hidden_size": [5, 5]},
        {"hidden_size": (np.int64(5), 5), "n_layers": 2},
        {"hidden_size": 5, "n_layers": np.int32(2)},
        {"hidden_size": np.int64(5), "n_layers": 2},
    ]
    models = [any_small(**sizes).fit(X, y) for sizes in said]
    assert all(model.architecture_["hidden_sizes"] == (5, 5) for model in models)
    assert all(np.array_equal(m.weights_, models[0].weights_) for m in models)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_sizes_are_those_of_the_layers_from_below(any_small, data, bidirectional):
    X, y = data
    model = any_small(hidden_size=(5, 2, 3), bidirectional=bidirectional)
    model = plain(model).fit(X, y)
    state, ways = torch_state(model), 1 + bidirectional
    widths = {name: array.shape[1] for name, array in state.items() if "weight" in name}
    assert [widths[f"weight_hh_l{k}"] for k in range(3)] == [5, 2, 3]
    assert [widths[f"weight_ih_l{k}"] for k in range(3)] == [1, 5 * ways, 2 * ways]
    assert widths["head.weight"] == 3 * 3 * ways
    assert ("weight_ih_l2_reverse" in state) == bidirectional


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("bidirectional", [False, True])
@unfinished
def test_stacks_learn(any_small, data, solver, bidirectional):
    X, y = data
    model = any_small(
        hidden_size=(8, 8),
        bidirectional=bidirectional,
        solver=solver,
        max_iter=50,
        learning_rate_init=0.02,
        **NOISELESS,
    )
    assert plain(model).fit(X, y).score(X, y) > 0.8


@pytest.mark.parametrize("noise", ["dropout", "recurrent_dropout"])
def test_networks_learn_in_spite_of_noise(any_small, noise):
    X, y = make_sign_of_sum(300, 6, random_state=0)
    quick = {"hidden_size": (16, 16), "max_iter": 40, "learning_rate_init": 0.02}
    model = any_small(**quick, **{**NOISELESS, noise: 0.3}).fit(X, y)
    plain = any_small(**quick, **NOISELESS).fit(X, y)
    assert model.score(X, y) > 0.6
    assert model.loss_ > plain.loss_
