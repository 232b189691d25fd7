"""What all estimators promise about training: its course, its end, its traces."""

import warnings

import numpy as np
import pytest
from sklearn.base import is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score

from skrnn.datasets import make_sign_of_sum
from skrnn.interop import torch_state
from skrnn.optimizers import OPTIMIZERS, SGD
from skrnn.training import objective

SCHEDULES = ["constant", "invscaling", "adaptive", "cosine"]
#: Nothing is dropped in training.
NOISELESS = {"dropout": 0, "recurrent_dropout": 0}

# Where L-BFGS is stopped early on purpose.
unfinished = pytest.mark.filterwarnings("ignore:L-BFGS stopped at max_iter")
# Where the penalty is so large, or a feature so small, that nothing is left of it.
vanishing = pytest.mark.filterwarnings("ignore:The network gives all sequences")


@pytest.fixture
def data():
    return make_sign_of_sum(120, 6, random_state=0)


def quiet_fit(model, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y)


def loss_of(model, X, y, weight):
    """Compute the loss from what the model predicts, by its definition."""
    if is_classifier(model):
        losses = -model.predict_log_proba(X)[np.arange(len(X)), y]
    else:
        losses = 0.5 * ((model.predict(X) - y) / model.target_scale_) ** 2
    state = torch_state(model)
    for key in state:
        if key.startswith("weight_ih_l0"):
            # What is penalised is what reads the features on their scale.
            state[key] *= np.tile(model.feature_scale_, model.patch_size_)
    squares = sum(np.sum(state[key] ** 2) for key in state if "weight" in key)
    return weight @ losses / weight.sum() + 0.5 * model.alpha * squares


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


COURSES = {
    "Adam": {"max_iter": 1, "batch_size": 120, "learning_rate_init": 1e-12},
    "L-BFGS": {"max_iter": 5, "solver": "lbfgs"},
}


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
@unfinished
def test_the_loss_reported_is_the_loss(any_small, data, course):
    X, y = data
    weight = np.random.default_rng(0).uniform(0.1, 3, len(X))
    model = any_small(hidden_size=(4, 3), bidirectional=True, alpha=0.07, **NOISELESS)
    X = 10 * X + 3
    model.set_params(**course).fit(X, y, sample_weight=weight)
    assert model.loss_ == pytest.approx(loss_of(model, X, y, weight), rel=1e-9)


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

    def rate(self, scores, codes, sample_weight):
        seen.append(np.bincount(codes, minlength=2).tolist())
        return 0.5

    monkeypatch.setattr(kind, "_rate", rate)
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
    once = quiet_fit(any_small(max_iter=20, **options), X, y)
    twice = any_small(max_iter=10, warm_start=True, **options)
    quiet_fit(quiet_fit(twice, X, y), X, y)
    assert np.array_equal(once.weights_, twice.weights_)
    assert once.loss_curve_ == twice.loss_curve_


@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_partial_fit_of_full_batches_is_fit(any_small, data, solver):
    X, y = data
    options = {"solver": solver, "learning_rate": "constant", "batch_size": len(X)}
    options |= NOISELESS
    fitted = quiet_fit(any_small(max_iter=10, **options), X, y)
    model = any_small(**options)
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
    any_small, data, interrupted_after, n_batches
):
    X, y = data
    interrupted_after(n_batches)
    model = any_small(max_iter=50, batch_size=30)
    with pytest.raises(KeyboardInterrupt) as caught:
        model.fit(X, y)
    epoch = n_batches // 4 + 1
    assert caught.value.__notes__ == [
        f"Training was interrupted in epoch {epoch}; the model has the weights so far."
    ]
    assert model.predict(X).shape == (len(X),)
    assert model.n_iter_ == epoch - 1
    assert model.stopping_reason_ == "it was interrupted"


def test_an_interrupted_refit_leaves_the_earlier_model(
    any_small, data, interrupted_after
):
    X, y = data
    model = any_small(max_iter=20).fit(X, y)
    before, attributes = model.predict(X), dict(vars(model))
    interrupted_after(5)
    with pytest.raises(KeyboardInterrupt) as caught:
        model.fit(X[::-1], 1 - y)
    assert "the model is as it was" in caught.value.__notes__[0]
    assert vars(model) == attributes
    assert np.array_equal(model.predict(X), before)


def test_interrupted_while_going_on_keeps_what_was_learnt(
    any_small, data, interrupted_after
):
    X, y = data
    model = any_small(max_iter=5, warm_start=True).fit(X, y)
    before = model.weights_
    interrupted_after(3)
    with pytest.raises(KeyboardInterrupt) as caught:
        model.fit(X, y)
    assert "the model has the weights so far" in caught.value.__notes__[0]
    assert not np.array_equal(model.weights_, before)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_loss_that_is_not_finite_never_reaches_the_weights(
    any_small, data, dtype, monkeypatch
):
    X, y = data

    class Wild(SGD):
        def step(self, weights, gradient, learning_rate):
            super().step(weights, gradient, learning_rate)
            if self.state["n_steps"] == 7:
                weights *= np.inf

    expected = any_small(
        max_iter=3, batch_size=60, solver="sgd", learning_rate="constant"
    )
    quiet_fit(expected, X.astype(dtype), y)
    monkeypatch.setitem(OPTIMIZERS, "sgd", Wild)
    model = any_small(
        max_iter=50, batch_size=60, solver="sgd", learning_rate="constant"
    )
    with pytest.warns(ConvergenceWarning) as caught:
        model.fit(X.astype(dtype), y)
    assert str(caught[0].message) == (
        "The loss or its gradient was not finite after 7 updates. Training was stopped "
        "there, and the model has the last weights for which all was finite. Try a "
        "smaller learning_rate_init or max_grad_norm, or scale the features."
    )
    assert np.array_equal(model.weights_, expected.weights_)
    assert model.loss_curve_ == expected.loss_curve_
    assert model.optimizer_state_["sgd"]["n_steps"] == 0
    assert model.stopping_reason_ == "the loss or its gradient was not finite"
    monkeypatch.undo()
    assert np.isfinite(model.partial_fit(X.astype(dtype), y).weights_).all()


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


# L-BFGS


@pytest.fixture
def full_batch(any_small):
    """Make a small estimator that L-BFGS has time to train."""

    def make(**parameters):
        enough = {"solver": "lbfgs", "max_iter": 1000, "tol": 1e-2}
        return any_small(**{**enough, **parameters})

    return make


def test_lbfgs_ends_where_the_gradient_vanishes(full_batch, data):
    X, y = data
    model = full_batch().fit(X, y)
    assert model.score(X, y) > 0.85
    assert 10 < model.n_iter_ == len(model.loss_curve_) < 1000
    assert np.all(np.diff(model.loss_curve_) <= 0)
    assert model.t_ % len(X) == 0
    assert model.stopping_reason_ == (
        "the gradient vanished, or the loss fell no further"
    )
    # A step of plain gradient descent from there leads nowhere.
    weights = model.weights_
    model.set_params(solver="sgd", momentum=0, batch_size=len(X), learning_rate_init=1)
    model.set_params(**NOISELESS)
    assert np.abs(model.partial_fit(X, y).weights_ - weights).max() <= 1e-2


def test_lbfgs_has_no_partial_fit(full_batch):
    assert not hasattr(full_batch(), "partial_fit")
    assert hasattr(full_batch(solver="adam"), "partial_fit")


def test_lbfgs_draws_nothing_but_the_first_weights(full_batch, data):
    X, y = data
    first, again, other = (
        full_batch(random_state=seed).fit(X, y).weights_ for seed in (0, 0, 1)
    )
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)
    unused = {"batch_size": 7, "learning_rate_init": 1.0, "max_grad_norm": 1e-3}
    assert np.array_equal(full_batch(**unused).fit(X, y).weights_, first)


@vanishing
def test_lbfgs_obeys_alpha_and_weights(full_batch, data):
    X, y = data
    norms = [
        np.linalg.norm(torch_state(full_batch(alpha=alpha).fit(X, y))["head.weight"])
        for alpha in (0.01, 0.1, 1)
    ]
    assert norms[0] > norms[1] > norms[2]
    light = full_batch().fit(X, y, sample_weight=np.where(y == 0, 1.0, 1e-3))
    assert light.predict(X[y == 0]).mean() < full_batch().fit(X, y).predict(X).mean()


def test_lbfgs_says_when_it_was_stopped_and_goes_on_from_there(full_batch, data):
    X, y = data
    model = full_batch(max_iter=3, warm_start=True)
    with pytest.warns(ConvergenceWarning) as caught:
        model.fit(X, y)
    assert str(caught[0].message) == (
        "L-BFGS stopped at max_iter=3 iterations while the loss was still falling. Try "
        "a larger max_iter, or scale the features."
    )
    assert model.stopping_reason_ == "max_iter was reached"
    early, curve = model.loss_, model.loss_curve_
    model.set_params(max_iter=1000).fit(X, y)
    assert model.loss_ < early
    assert model.loss_curve_[:3] == curve
    end = model.weights_
    assert np.array_equal(model.fit(X, y).weights_, end)
    assert model.n_iter_ == 0


def test_lbfgs_stops_early(full_batch, data):
    X, y = data
    model = full_batch(
        early_stopping=True, validation_fraction=0.25, n_iter_no_change=5, tol=1e-4
    ).fit(X, y)
    assert model.stopping_reason_ == "nothing improved any more"
    assert len(model.validation_scores_) == model.n_iter_ < 1000
    assert model.best_validation_score_ == max(model.validation_scores_)
    best = int(np.argmax(model.validation_scores_)) + 1
    with pytest.warns(ConvergenceWarning, match="L-BFGS stopped at max_iter"):
        shorter = full_batch(
            early_stopping=True, validation_fraction=0.25, max_iter=best
        ).fit(X, y)
    assert np.array_equal(shorter.weights_, model.weights_)


@pytest.mark.parametrize("n_evaluations", [0, 8])
def test_an_interrupted_lbfgs_leaves_a_usable_model(
    full_batch, data, interrupted_after, n_evaluations
):
    X, y = data
    interrupted_after(n_evaluations)
    model = full_batch()
    with pytest.raises(KeyboardInterrupt) as caught:
        model.fit(X, y)
    assert f"in iteration {model.n_iter_ + 1};" in caught.value.__notes__[0]
    assert (model.n_iter_ > 0) == (n_evaluations > 0)
    assert np.isfinite(model.predict(X)).all()
    model.set_params(warm_start=True, tol=1e-3).fit(X, y)
    assert model.score(X, y) > 0.85


def test_lbfgs_that_diverges_keeps_finite_weights(full_batch, data, monkeypatch):
    X, y = data
    evaluate = objective.Objective.value_and_gradient
    stumble = Stumble(evaluate, 6, lambda: (np.nan, np.zeros(1), None))
    monkeypatch.setattr(
        objective.Objective, "value_and_gradient", lambda *a, **k: stumble(*a, **k)
    )
    with pytest.warns(ConvergenceWarning, match="was not finite after") as caught:
        model = full_batch().fit(X, y)
    assert "Try solver='adam', or scale the features." in str(caught[0].message)
    assert model.stopping_reason_ == "the loss or its gradient was not finite"
    assert model.n_iter_ > 0
    weight = np.ones(len(X))
    assert model.loss_ == pytest.approx(loss_of(model, X, y, weight), rel=1e-9)


@unfinished
def test_lbfgs_gives_weights_of_the_type_of_the_features(full_batch, data):
    X, y = data
    double = full_batch(max_iter=5).fit(X, y).weights_
    single = full_batch(max_iter=5).fit(X.astype(np.float32), y).weights_
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, double, atol=1e-3)


# Architecture


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
    model = any_small(hidden_size=(5, 2, 3), bidirectional=bidirectional).fit(X, y)
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
    assert model.fit(X, y).score(X, y) > 0.8


@pytest.mark.parametrize("noise", ["dropout", "recurrent_dropout"])
def test_networks_learn_in_spite_of_noise(any_small, noise):
    X, y = make_sign_of_sum(300, 6, random_state=0)
    quick = {"hidden_size": (16, 16), "max_iter": 40, "learning_rate_init": 0.02}
    model = any_small(**quick, **{**NOISELESS, noise: 0.3}).fit(X, y)
    plain = any_small(**quick, **NOISELESS).fit(X, y)
    assert model.score(X, y) > 0.6
    assert model.loss_ > plain.loss_
