"""scikit-learn's callbacks look on; collected where scikit-learn has them."""

import io
import re
from contextlib import redirect_stdout

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skrnn import RecurrentFeatures
from skrnn.preprocessing import PerStepTransformer
from skrnn.streaming import EarlyClassifier
from tests.conftest import CLASSIFIERS, maker

unfinished = pytest.mark.filterwarnings("ignore:L-BFGS stopped at max_iter")
SOLVERS = pytest.mark.parametrize(
    ("solver", "unit"), [("adam", "epoch"), ("lbfgs", "iteration")]
)


class Notes:
    """Writes down every hook; asks to stop after some epochs, or stumbles."""

    def __init__(self, stop_after=np.inf, stumble=None):
        self.stop_after = stop_after
        self.stumble = stumble
        self.said = []
        self.models = []

    def setup(self, estimator, context):
        self.said.append("setup")

    def teardown(self, estimator, context):
        self.said.append("teardown")

    def on_fit_task_begin(self, estimator, context, *, X, y, metadata):
        self.said.append(f"begin {context.task_name}")
        self.given = X, y, metadata

    def on_fit_task_end(self, estimator, context, *, fitted_estimator):
        self.said.append(f"end {context.task_name}")
        self.models.append(fitted_estimator)
        if self.stumble is not None:
            raise self.stumble
        return len(self.models) >= self.stop_after


def outputs(model, X):
    return model.predict_proba(X) if hasattr(model, "classes_") else model.predict(X)


@SOLVERS
@unfinished
def test_every_epoch_is_a_task(any_small, X, codes, solver, unit):
    notes, weight = Notes(), np.arange(40) % 3
    model = any_small(solver=solver).set_callbacks(notes)
    model.fit(X, codes, sample_weight=weight)
    epoch = [f"begin {unit}", f"end {unit}"]
    n = model.n_iter_
    assert notes.said == ["setup", "begin fit", *(n * epoch), "end fit", "teardown"]
    assert notes.given == (X, codes, {"sample_weight": weight})
    again = any_small(solver=solver).fit(X, codes, sample_weight=weight)
    assert_array_equal(again.weights_, model.weights_)


@SOLVERS
@unfinished
def test_callbacks_see_the_model_so_far(any_small, X, codes, solver, unit):
    notes = Notes()
    constant = {"solver": solver, "learning_rate": "constant", "tol": 0.0}
    model = any_small(**constant).set_callbacks(notes)
    model.set_params(n_iter_no_change=np.inf)
    with pytest.warns(match="stopped at max_iter"):
        model.fit(X, codes)
    *epochs, last = notes.models
    for n, at_epoch in enumerate(epochs, 1):
        shorter = any_small(**constant, max_iter=n)
        with pytest.warns(match="stopped at max_iter"):
            shorter.fit(X, codes)
        assert at_epoch.n_iter_ == n
        assert at_epoch.loss_curve_ == shorter.loss_curve_
        assert_array_equal(outputs(at_epoch, X), outputs(shorter, X))
    assert_array_equal(outputs(last, X), outputs(model, X))


def test_with_early_stopping_the_best_so_far_is_seen(any_small, X, codes):
    notes = Notes()
    # In the type of predictions.
    model = any_small(early_stopping=True, max_iter=12, dtype="float64")
    model.set_callbacks(notes)
    given = {"X_val": X[20:], "y_val": codes[20:]}
    model.fit(X[:20], codes[:20], **given)
    seen = [at_epoch.score(X[20:], codes[20:]) for at_epoch in notes.models[:-1]]
    assert seen == pytest.approx(np.maximum.accumulate(model.validation_scores_))


@SOLVERS
def test_a_callback_stops_training(any_small, X, codes, solver, unit):
    notes = Notes(stop_after=2)
    model = any_small(solver=solver, max_iter=9).set_callbacks(notes).fit(X, codes)
    assert model.n_iter_ == 2
    assert model.stopping_reason_ == "a callback asked to stop"
    assert notes.said[-2:] == ["end fit", "teardown"]
    assert_array_equal(outputs(model, X), outputs(notes.models[1], X))


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_a_callback_that_fails_loses_nothing(any_small, X, codes, kind):
    model = any_small().fit(X, codes)
    before = outputs(model, X)
    notes = Notes(stumble=kind("stumbled"))
    model.set_callbacks(notes)
    with pytest.raises(kind, match="stumbled"):
        model.set_params(hidden_size=3).fit(X, codes)
    assert_array_equal(outputs(model, X), before)
    assert notes.said[-1] == "teardown"
    assert not [name for name in vars(model) if "callback_fit" in name]


def test_an_epoch_that_does_not_end_is_closed(any_small, X, codes):
    """That in which the loss is not finite, for one."""
    notes = Notes()
    huge = [1e200 * x for x in X] if isinstance(X, list) else 1e200 * X
    model = any_small(solver="sgd", learning_rate_init=1e150, standardize=False)
    model.set_params(max_grad_norm=None).set_callbacks(notes)
    with pytest.warns(match="not finite|Feature"):
        model.fit(huge, codes)
    begun = [task[6:] for task in notes.said if task.startswith("begin")]
    ended = [task[4:] for task in notes.said if task.startswith("end")]
    assert sorted(begun) == sorted(ended)
    assert model.stopping_reason_ == "the loss or its gradient was not finite"


def test_partial_fit_has_no_tasks(any_small, X, codes):
    notes = Notes()
    classes = {"classes": [0, 1]} if hasattr(any_small(), "class_weight") else {}
    any_small().set_callbacks(notes).partial_fit(X, codes, **classes)
    assert notes.said == []


def test_bad_input_is_refused_before_any_task(any_small, X, codes):
    notes = Notes()
    with pytest.raises(ValueError, match="y"):
        any_small().set_callbacks(notes).fit(X, codes[:-1])
    assert notes.said == []


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_scores_of_a_search_are_monitored(any_small, layouts, codes, n_jobs):
    X, model = layouts["ragged"], any_small(max_iter=4)
    scoring = "accuracy" if hasattr(model, "class_weight") else "r2"
    monitor = ScoringMonitor(scoring=scoring)
    model.set_callbacks(monitor)
    grid = {"hidden_size": [2, 3]}
    search = GridSearchCV(model, grid, cv=2, n_jobs=n_jobs, error_score="raise")
    search.fit(X, codes)
    rows = monitor.get_logs().data
    of_fits = [row for row in rows if row["task_name"] == "epoch"]
    assert len(of_fits) == 4 * (2 * 2 + 1)
    last = next(row for row in rows if row["task_name"] != "epoch")[scoring]
    assert last == pytest.approx(search.best_estimator_.score(X, codes))
    plain = GridSearchCV(clone(model).set_callbacks(), grid, cv=2).fit(X, codes)
    for name in ("mean_test_score", "std_test_score"):
        assert_array_equal(search.cv_results_[name], plain.cv_results_[name])


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("kind", CLASSIFIERS[1:2])
def test_progress_is_shown_inside_pipelines_and_searches(kind, layouts, codes, n_jobs):
    pipe = make_pipeline(RecurrentFeatures(maker(kind)()), maker(kind)())
    grid = {"recurrentfeatures__estimator__hidden_size": [2]}
    search = GridSearchCV(pipe, grid, cv=2, n_jobs=n_jobs)
    search.set_callbacks(ProgressBar(max_propagation_depth=None))
    with redirect_stdout(io.StringIO()) as shown:
        search.fit(layouts["block"], codes)
    bars = set(re.findall(r"\w+ - [\w ]+", shown.getvalue()))
    name = kind.__name__
    assert any(bar.startswith("RecurrentFeatures - fit") for bar in bars)
    assert any(bar.startswith(f"{name} - fit") for bar in bars)


@pytest.mark.parametrize("wrap", [RecurrentFeatures, EarlyClassifier])
def test_callbacks_are_propagate_callbacks_to_the_network(small, X, codes, wrap):
    notes = Notes()
    notes.max_propagation_depth = None
    wrapper = wrap(small(max_iter=2)).set_callbacks(notes).fit(X, codes)
    inside = ["begin fit", *(["begin epoch", "end epoch"] * 2), "end fit"]
    assert notes.said == ["setup", "begin fit", *inside, "end fit", "teardown"]
    assert not hasattr(wrapper.estimator_, "_parent_callback_ctx")
    assert type(small()) in map(type, notes.models)


@pytest.mark.parametrize("method", ["fit", "fit_transform"])
def test_callbacks_are_propagate_callbacks_to_a_transformer(X, method):
    notes = Notes()
    notes.max_propagation_depth = None
    scaler = PerStepTransformer(StandardScaler()).set_callbacks(notes)
    getattr(scaler, method)(X)
    tasks = ["begin fit", "begin fit", "end fit", "end fit"]
    assert notes.said == ["setup", *tasks, "teardown"]
    scaler.partial_fit(X)
    assert notes.said[-1] == "teardown"
    assert len(notes.said) == 6


def test_a_bar_for_everything_in_a_pipeline(small, X, codes):
    pipe = make_pipeline(PerStepTransformer(StandardScaler()), small())
    with redirect_stdout(io.StringIO()) as shown:  # warnings are errors
        pipe.set_callbacks(ProgressBar(max_propagation_depth=None)).fit(X, codes)
    assert "StandardScaler" in shown.getvalue()
