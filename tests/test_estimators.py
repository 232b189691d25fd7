"""What the classifiers promise about training: its course, its end, its traces."""

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score

from skrnn.datasets import make_sign_of_sum
from skrnn.interop import torch_state
from skrnn.optimizers import OPTIMIZERS, SGD
from skrnn.training import objective

SCHEDULES = ["constant", "invscaling", "adaptive", "cosine"]


@pytest.fixture
def data():
    return make_sign_of_sum(120, 6, random_state=0)


def quiet_fit(clf, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return clf.fit(X, y)


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
def test_every_solver_learns_with_every_schedule(small, solver, learning_rate):
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


def test_attributes_after_fit(small, data):
    X, y = data
    clf = small(max_iter=7, batch_size=50).fit(X, y)
    assert clf.n_iter_ == len(clf.loss_curve_) == 7
    assert clf.t_ == 7 * len(X)
    assert clf.loss_ == clf.loss_curve_[-1]
    assert clf.best_loss_ == min(clf.loss_curve_)
    assert clf.validation_scores_ is clf.best_validation_score_ is None
    assert clf.n_features_in_ == 1
    assert clf.input_layout_ == "3-D array"
    assert np.isfinite(clf.weights_).all()


def test_the_loss_reported_is_the_loss(small, data):
    X, y = data
    weight = np.random.default_rng(0).uniform(0.1, 3, len(X))
    clf = small(max_iter=1, batch_size=len(X), alpha=0.07, learning_rate_init=1e-12)
    clf.fit(X, y, sample_weight=weight)
    log_loss = -clf.predict_log_proba(X)[np.arange(len(X)), y]
    state = torch_state(clf)
    squares = sum(np.sum(state[key] ** 2) for key in state if "weight" in key)
    expected = weight @ log_loss / weight.sum() + 0.5 * 0.07 * squares
    np.testing.assert_allclose(clf.loss_, expected, rtol=1e-9)


def test_alpha_pulls_weights_towards_zero(small, data):
    X, y = data
    sizes = []
    for alpha in (0, 0.1, 1):
        clf = small(alpha=alpha, max_iter=40).fit(X, y)
        sizes.append(np.linalg.norm(torch_state(clf)["weight_hh_l0"]))
    assert sizes[0] > sizes[1] > sizes[2]


def test_early_stopping_keeps_the_best_weights(small, data):
    X, y = data
    clf = small(
        early_stopping=True, max_iter=60, n_iter_no_change=5, validation_fraction=0.25
    ).fit(X, y)
    assert clf.best_loss_ is None
    assert clf.best_validation_score_ == max(clf.validation_scores_)
    assert len(clf.validation_scores_) == clf.n_iter_ < 60
    best = int(np.argmax(clf.validation_scores_)) + 1
    shorter = small(
        early_stopping=True,
        max_iter=60,
        n_iter_no_change=max(1, clf.n_iter_ - best),
        validation_fraction=0.25,
    ).fit(X, y)
    assert shorter.best_validation_score_ == clf.best_validation_score_
    assert np.array_equal(shorter.weights_, clf.weights_)


def test_early_stopping_holds_out_every_class(small, monkeypatch):
    X, _ = make_sign_of_sum(100, 4, random_state=0)
    y = np.repeat([0, 1], [90, 10])
    seen = []
    kind = type(small())

    def rate(self, scores, codes, sample_weight):
        seen.append(np.bincount(codes, minlength=2).tolist())
        return 0.5

    monkeypatch.setattr(kind, "_rate", rate)
    small(early_stopping=True, validation_fraction=0.2).fit(X, y)
    assert seen[0] == [18, 2]


def test_training_ends_when_nothing_improves(small, data):
    X, y = data
    clf = small(max_iter=500, tol=0.5, n_iter_no_change=3).fit(X, y)
    assert clf.n_iter_ < 20
    forever = small(max_iter=30, tol=0.5, n_iter_no_change=np.inf).fit(X, y)
    assert forever.n_iter_ == 30


def test_reaching_max_iter_is_a_warning_unless_it_was_the_plan(small, data):
    X, y = data
    small(max_iter=2, learning_rate="cosine").fit(X, y)
    with pytest.warns(ConvergenceWarning) as caught:
        small(max_iter=2, learning_rate="constant").fit(X, y)
    assert str(caught[0].message) == (
        "Training stopped at max_iter=2 epochs while the loss was still moving. Try a "
        "larger max_iter or learning_rate_init, or learning_rate='cosine'."
    )
    assert caught[0].filename == __file__


def test_warm_start_goes_on(small, data):
    X, y = data
    once = small(max_iter=20, learning_rate="constant", n_iter_no_change=np.inf)
    twice = small(
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


def test_warm_start_of_full_batches_is_one_long_fit(small, data):
    X, y = data
    options = {"learning_rate": "constant", "batch_size": len(X)}
    once = quiet_fit(small(max_iter=20, **options), X, y)
    twice = small(max_iter=10, warm_start=True, **options)
    quiet_fit(quiet_fit(twice, X, y), X, y)
    assert np.array_equal(once.weights_, twice.weights_)
    assert once.loss_curve_ == twice.loss_curve_


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_partial_fit_of_full_batches_is_fit(small, data, solver):
    X, y = data
    options = {"solver": solver, "learning_rate": "constant", "batch_size": len(X)}
    fitted = quiet_fit(small(max_iter=10, **options), X, y)
    clf = small(**options)
    for _ in range(10):
        clf.partial_fit(X, y, classes=[0, 1])
    assert np.array_equal(clf.weights_, fitted.weights_)
    assert clf.loss_curve_ == fitted.loss_curve_
    assert clf.t_ == fitted.t_
    assert clf.n_iter_ == 1


def test_partial_fit_learns_classes_that_come_late(small):
    X, y = make_sign_of_sum(400, 5, random_state=0)
    clf = small(hidden_size=8)
    clf.partial_fit(X[y == 0][:20], y[y == 0][:20], classes=[0, 1])
    assert clf.predict_proba(X).shape == (400, 2)
    for _ in range(30):
        for part in np.array_split(np.arange(400), 4):
            clf.partial_fit(X[part], y[part])
    assert clf.score(X, y) > 0.9


def test_partial_fit_goes_on_from_fit(small, data):
    X, y = data
    clf = small().fit(X, y)
    before, n_steps = clf.weights_, clf.optimizer_state_["adam"]["n_steps"]
    clf.partial_fit(X, y)
    assert not np.array_equal(before, clf.weights_)
    assert clf.optimizer_state_["adam"]["n_steps"] > n_steps


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


def test_verbose_prints_one_line_an_epoch(small, data, capsys):
    X, y = data
    small(max_iter=3).fit(X, y)
    assert capsys.readouterr().out == ""
    clf = small(max_iter=3, verbose=True).fit(X, y)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        f"epoch {k + 1:>4}/3  loss {loss:.6f}" for k, loss in enumerate(clf.loss_curve_)
    ]


def test_nothing_is_written_to_disk(small, data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    X, y = data
    small(early_stopping=True).fit(X, y).predict(X)
    assert not list(tmp_path.iterdir())


class Stumble:
    """Does as it should for some calls, then something else, once."""

    def __init__(self, function, n_calls, outcome):
        self.function, self.n_left, self.outcome = function, n_calls, outcome

    def __call__(self, *args, **options):
        self.n_left -= 1
        return self.outcome() if self.n_left == 0 else self.function(*args, **options)


def interrupt():
    raise KeyboardInterrupt


@pytest.fixture
def interrupted_after(monkeypatch):
    def arrange(n_batches):
        forward = objective.Network.forward
        stumble = Stumble(forward, n_batches + 1, interrupt)
        monkeypatch.setattr(
            objective.Network, "forward", lambda *a, **k: stumble(*a, **k)
        )

    return arrange


@pytest.mark.parametrize("n_batches", [0, 3, 10])
def test_an_interrupted_fit_leaves_a_usable_model(
    small, data, interrupted_after, n_batches
):
    X, y = data
    interrupted_after(n_batches)
    clf = small(max_iter=50, batch_size=30)
    with pytest.warns(UserWarning, match="interrupted") as caught:
        assert clf.fit(X, y) is clf
    epoch = n_batches // 4 + 1
    assert str(caught[0].message) == (
        f"Training was interrupted in epoch {epoch}; the model has the weights so far."
    )
    assert caught[0].filename == __file__
    assert clf.predict_proba(X).shape == (len(X), 2)
    assert clf.n_iter_ == epoch - 1


def test_an_interrupted_refit_leaves_the_earlier_model(small, data, interrupted_after):
    X, y = data
    clf = small(max_iter=20).fit(X, y)
    before, attributes = clf.predict_proba(X), dict(vars(clf))
    interrupted_after(5)
    with pytest.warns(UserWarning, match="the model is as it was"):
        clf.fit(X[::-1], 1 - y)
    assert vars(clf) == attributes
    assert np.array_equal(clf.predict_proba(X), before)


def test_interrupted_while_going_on_keeps_what_was_learnt(
    small, data, interrupted_after
):
    X, y = data
    clf = small(max_iter=5, warm_start=True).fit(X, y)
    before = clf.weights_
    interrupted_after(3)
    with pytest.warns(UserWarning, match="the model has the weights so far"):
        clf.fit(X, y)
    assert not np.array_equal(clf.weights_, before)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_loss_that_is_not_finite_never_reaches_the_weights(
    small, data, dtype, monkeypatch
):
    X, y = data

    class Wild(SGD):
        def step(self, weights, gradient, learning_rate):
            super().step(weights, gradient, learning_rate)
            if self.state["n_steps"] == 7:
                weights *= np.inf

    expected = small(max_iter=3, batch_size=60, solver="sgd", learning_rate="constant")
    quiet_fit(expected, X.astype(dtype), y)
    monkeypatch.setitem(OPTIMIZERS, "sgd", Wild)
    clf = small(max_iter=50, batch_size=60, solver="sgd", learning_rate="constant")
    with pytest.warns(ConvergenceWarning) as caught:
        clf.fit(X.astype(dtype), y)
    assert str(caught[0].message) == (
        "The loss or its gradient was not finite after 7 updates. Training was stopped "
        "there, and the model has the last weights for which all was finite. Try a "
        "smaller learning_rate_init or max_grad_norm, or scale the features."
    )
    assert np.array_equal(clf.weights_, expected.weights_)
    assert clf.loss_curve_ == expected.loss_curve_
    assert clf.optimizer_state_["sgd"]["n_steps"] == 0
    monkeypatch.undo()
    assert np.isfinite(clf.partial_fit(X.astype(dtype), y).weights_).all()


@pytest.mark.parametrize("scale", [1e-30, 1e-4, 1e4, 1e30, 1e300])
def test_features_of_any_size_give_probabilities(small, data, scale):
    X, y = data
    p = small(max_iter=3).fit(X * scale, y).predict_proba(X * scale)
    assert np.isfinite(p).all()
