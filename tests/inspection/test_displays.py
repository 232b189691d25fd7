"""Displays draw what was computed, and hold it."""

import sys
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import inspection
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skrnn import GRUClassifier, GRURegressor, LSTMClassifier, RNNRegressor
from skrnn.inspection import (
    ImportanceDisplay,
    SaliencyDisplay,
    TrainingCurveDisplay,
    permutation_importance,
    saliency,
)


@pytest.fixture(autouse=True)
def _figures_are_closed():
    pyplot.switch_backend("agg")
    yield
    pyplot.close("all")


def failure(error, call, *args, **kwargs):
    with pytest.raises(error) as caught:
        call(*args, **kwargs)
    assert type(caught.value) is error
    return str(caught.value)


def quick(kind=GRUClassifier, **parameters):
    return kind(**{"hidden_size": 4, "max_iter": 3, "random_state": 0, **parameters})


def drawn_without_a_complaint(display):
    """Draw everything; a text that does not fit, say, is a warning, and so an error."""
    display.figure_.canvas.draw()
    return display


def many(n_features, n_steps, n=40):
    X = np.random.default_rng(0).normal(size=(n, n_steps, n_features))
    return X, np.where(X[:, :, 0].sum(axis=1) > 0, "up", "down")


# Training


def test_the_curve_of_training(layouts, y):
    X = layouts["ragged"]
    model = quick(max_iter=7).fit(X, y)
    display = TrainingCurveDisplay.from_estimator(model)
    drawn_without_a_complaint(display)
    assert_array_equal(display.line_.get_xdata(), np.arange(1, 8))
    assert_array_equal(display.line_.get_ydata(), model.loss_curve_)
    assert display.score_ax_ is display.score_line_ is display.best_epoch is None
    assert display.ax_.get_title() == "GRUClassifier"
    assert display.ax_.get_xlabel() == "epoch"
    assert display.ax_.get_ylabel() == "loss in training"
    named = TrainingCurveDisplay.from_estimator(model, name="mine")
    assert named.ax_.get_title() == "mine"


def stopped(kind, X, y, **parameters):
    model = quick(
        kind,
        early_stopping=True,
        validation_fraction=0.5,
        max_iter=12,
        learning_rate_init=0.02,
        **parameters,
    )
    return model.fit(X, y)


@pytest.mark.parametrize(
    ("kind", "score"), [(LSTMClassifier, "accuracy"), (GRURegressor, "R2")]
)
def test_the_score_and_the_best_epoch(kind, score, layouts, codes):
    model = stopped(kind, layouts["block"], codes)
    display = TrainingCurveDisplay.from_estimator(model)
    drawn_without_a_complaint(display)
    assert_array_equal(display.score_line_.get_ydata(), model.validation_scores_)
    assert len(display.score_line_.get_xdata()) == model.n_iter_
    assert display.score_ax_.get_ylabel() == f"{score} on the held-out part"
    best = display.best_epoch
    assert model.validation_scores_[best - 1] == model.best_validation_score_
    assert max(model.validation_scores_[: best - 1], default=-1) < max(
        model.validation_scores_
    )
    labels = [text.get_text() for text in display.score_ax_.get_legend().get_texts()]
    assert labels == [
        "loss in training",
        f"{score} on the held-out part",
        f"best epoch: {best}",
    ]


def test_the_best_epoch_is_of_the_last_fit(layouts, codes):
    X = layouts["block"]
    model = stopped(GRURegressor, X, codes, warm_start=True)
    first = model.n_iter_
    model.fit(X, codes)
    display = TrainingCurveDisplay.from_estimator(model)
    assert len(display.line_.get_xdata()) == first + model.n_iter_
    assert display.best_epoch > first
    kept = model.validation_scores_[display.best_epoch - 1]
    assert kept == model.best_validation_score_
    # Scores from the second fit on only: they belong to the last epochs.
    later = quick(GRURegressor, warm_start=True).fit(X, codes)
    later.set_params(early_stopping=True, validation_fraction=0.5).fit(X, codes)
    display = TrainingCurveDisplay.from_estimator(later)
    assert_array_equal(display.score_line_.get_xdata(), [4, 5, 6])


def test_iterations_of_lbfgs(layouts, codes):
    model = quick(RNNRegressor, solver="lbfgs", max_iter=400, hidden_size=1)
    display = TrainingCurveDisplay.from_estimator(model.fit(layouts["block"], codes))
    assert display.ax_.get_xlabel() == "iteration"


def test_the_network_in_a_pipeline_or_a_search(layouts, y):
    X = layouts["ragged"]
    pipeline = make_pipeline(FunctionTransformer(), quick())
    search = GridSearchCV(pipeline, {"gruclassifier__alpha": [0.1]}, cv=2)
    for model in (pipeline, search):
        with pytest.raises(NotFittedError):
            TrainingCurveDisplay.from_estimator(model)
        display = TrainingCurveDisplay.from_estimator(model.fit(X, y))
        assert len(display.loss_curve) == 3
    other = LinearRegression().fit([[1.0]], [1.0])
    assert failure(TypeError, TrainingCurveDisplay.from_estimator, other) == (
        "TrainingCurveDisplay expected a fitted classifier or regressor of skrnn, or a "
        "pipeline or search that ends in one, got LinearRegression."
    )


# Saliency


@pytest.mark.parametrize("method", ["gradient", "integrated_gradients"])
@pytest.mark.parametrize("name", ["block", "ragged", "table"])
def test_saliency_is_drawn_as_it_is(name, method, layouts, y):
    X = layouts[name]
    model = quick(features_per_step=2 if name == "table" else 1).fit(X, y)
    display = SaliencyDisplay.from_estimator(
        model, X[:3], method=method, target="up", feature_names=["left", "right"]
    )
    drawn_without_a_complaint(display)
    expected = saliency(model, X[:3], method=method, target="up")
    for image, one in zip(display.images_, expected, strict=True):
        assert_array_equal(image.get_array(), np.reshape(one, (-1, 2)).T)
        low, high = image.get_clim()
        assert low == -high < 0
    assert {image.get_clim() for image in display.images_} == {(low, high)}
    panels = display.axes_
    assert [panel.get_title("left") for panel in panels] == [
        f"sequence {i}, class 'up'" for i in range(3)
    ]
    names = [text.get_text() for text in panels[1].get_yticklabels()]
    assert names == ["left", "right"]
    assert panels[-1].get_xlabel() == "step (black: the course of each feature)"
    assert display.colorbar_.ax.get_ylabel() == (
        "change of the score\nper unit of the feature"
        if method == "gradient"
        else "contribution to the score"
    )


def test_what_a_saliency_panel_is_called(layouts, targets):
    X = layouts["ragged"]
    two = np.eye(2, dtype=int)[np.arange(40) % 2]
    cases = [
        (GRURegressor, targets, {}, "sequence 0", "contribution to the prediction"),
        (
            GRURegressor,
            np.stack([targets, -targets], axis=1),
            {"target": 1},
            "sequence 0, target 1",
            "contribution to the prediction",
        ),
        (
            GRUClassifier,
            two,
            {"target": 0, "output": "probability"},
            "sequence 0, label 0",
            "contribution to the probability",
        ),
    ]
    for kind, y, options, title, label in cases:
        model = quick(kind).fit(X, y)
        display = SaliencyDisplay.from_estimator(model, X[:1], **options)
        assert display.axes_[0].get_title("left") == title
        assert display.colorbar_.ax.get_ylabel() == label


def test_the_course_stays_in_its_row(layouts, y):
    X = layouts["block"].copy()
    X[:, :, 1] = 5.0
    model = quick().fit(X, y)
    display = SaliencyDisplay.from_estimator(model, X[:2], method="gradient")
    first = [line.get_ydata() for panel in display.axes_ for line in panel.lines[::2]]
    assert_allclose([np.min(first), np.max(first)], [-0.4, 0.4])
    order = np.argsort(-X[:2, :, 0].ravel())
    assert_array_equal(np.argsort(np.concatenate(first)), order)
    constant = [
        line.get_ydata() for panel in display.axes_ for line in panel.lines[1::2]
    ]
    assert_array_equal(constant, np.ones((2, 4)))
    bare = display.plot(course=False)
    assert not any(len(panel.lines) for panel in bare.axes_)
    assert bare.axes_[-1].get_xlabel() == "step"


def test_one_peak_is_not_all_that_is_seen():
    found = [np.full((300, 1), 0.1)]
    found[0][7] = -9.0
    display = SaliencyDisplay(
        found, sequences=found, titles=["a"], feature_names=["b"], label="c"
    )
    display.plot()
    assert display.images_[0].get_clim() == (-0.1, 0.1)
    assert display.colorbar_.extend == "both"
    assert display.plot(vmax=10).images_[0].get_clim() == (-10, 10)
    assert display.colorbar_.extend == "neither"
    found[0][:] = 0.0
    assert display.plot().images_[0].get_clim() == (-1, 1)


@pytest.mark.parametrize(("n_features", "n_steps"), [(1, 1), (1, 200), (90, 5)])
def test_few_and_many(n_features, n_steps):
    X, y = many(n_features, n_steps)
    model = quick().fit(X, y)
    display = SaliencyDisplay.from_estimator(model, X[:2], method="gradient")
    drawn_without_a_complaint(display)
    assert display.figure_.get_size_inches().max() < 20
    boxes = [text.get_window_extent() for text in display.axes_[0].get_yticklabels()]
    assert all(above.y0 >= below.y1 for above, below in pairwise(boxes))
    importance = ImportanceDisplay.from_estimator(model, X, y, n_repeats=2)
    drawn_without_a_complaint(importance)
    assert len(importance.bars_) == min(n_features, 30)


def test_saliency_on_axes_of_the_user(layouts, y):
    X = layouts["block"]
    model = quick().fit(X, y)
    figure, axes = pyplot.subplots(2, 2)
    display = SaliencyDisplay.from_estimator(model, X[:4], ax=axes, method="gradient")
    assert display.figure_ is figure
    assert_array_equal(display.axes_, axes.ravel())
    alone = display.from_estimator(model, X[:1], ax=axes[0, 0], method="gradient")
    assert alone.axes_[0] is axes[0, 0]
    assert failure(ValueError, display.plot, axes[0]) == (
        "ax has 2 axes, but there are 4 sequences: give one for each."
    )


def test_saliency_that_will_not_do(layouts, y):
    X = layouts["block"]
    call, model = SaliencyDisplay.from_estimator, quick().fit(X, y)
    assert failure(ValueError, call, model, X, method="gradient") == (
        "SaliencyDisplay draws each sequence in a panel of its own, 12 at most: X has "
        "40. Pass some of them, such as X[:4]."
    )
    assert failure(ValueError, call, model, X[:1], feature_names=["a"]) == (
        "feature_names has 1 names, but a step of X has 2 features: give one for each."
    )


# Importance


def test_features_are_sorted_and_steps_are_not(layouts, codes):
    X = layouts["block"]
    model = quick(GRURegressor, max_iter=40).fit(X, codes)
    result = permutation_importance(model, X[:, :, ::-1], codes, random_state=0)
    options = {"names": ["a", "b"], "score_name": "R2"}
    display = ImportanceDisplay.from_importances(result, **options)
    drawn_without_a_complaint(display)
    order = np.argsort(-result.importances_mean)
    names = [text.get_text() for text in display.ax_.get_yticklabels()]
    assert names == [["a", "b"][k] for k in order]
    widths = [bar.get_width() for bar in display.bars_]
    assert_allclose(widths, result.importances_mean[order])
    assert display.ax_.get_xlabel() == (
        "decrease in R2\n(mean and deviation of 5 exchanges)"
    )
    low, high = display.ax_.get_ylim()
    assert low > high, "the first is on top"

    display = ImportanceDisplay.from_estimator(
        model, X, codes, by="step", block_size=1, origin="end", random_state=0
    )
    drawn_without_a_complaint(display)
    result = permutation_importance(
        model, X, codes, by="step", block_size=1, origin="end", random_state=0
    )
    assert_allclose(display.stairs_.get_data().values, result.importances_mean)
    assert_array_equal(display.stairs_.get_data().edges, [-4, -3, -2, -1, 0])
    assert display.bars_ is None
    assert display.ax_.get_xlabel() == "step, counted from the end"
    assert display.ax_.get_ylabel().startswith("decrease in score\n")


def test_the_most_important_of_many():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(50, 40))
    model = LinearRegression().fit(table, table @ np.arange(40.0))
    result = inspection.permutation_importance(
        model, table, table @ np.arange(40.0), random_state=0
    )
    display = ImportanceDisplay.from_importances(result, n_shown=10)
    names = [text.get_text() for text in display.ax_.get_yticklabels()]
    assert names[0] in ("feature 39", "feature 38", "feature 37")
    assert len(names) == 10
    assert display.ax_.get_title() == "the 10 most important of 40"


def test_importance_on_axes_of_the_user(layouts, y):
    X = layouts["ragged"]
    model = quick().fit(X, y)
    ax = pyplot.subplots()[1]
    for options in (
        {"feature_names": ["a", "b"], "scoring": "accuracy"},
        {"by": "step"},
    ):
        display = ImportanceDisplay.from_estimator(model, X, y, ax=ax, **options)
        assert display.ax_ is ax
        assert display.figure_ is ax.figure
    assert display.names == ["0 to 25 %", "25 to 50 %", "50 to 75 %", "75 to 100 %"]


def test_importances_that_will_not_do(layouts, y):
    X = layouts["ragged"]
    model = quick().fit(X, y)
    scores = permutation_importance(model, X, y, scoring=["accuracy", "neg_log_loss"])
    assert failure(ValueError, ImportanceDisplay.from_importances, scores) == (
        "ImportanceDisplay draws one score, but these importances are of 2: "
        "'accuracy', 'neg_log_loss'. Pass that of one, as result['accuracy']."
    )
    one = scores["accuracy"]
    told = failure(ValueError, ImportanceDisplay.from_importances, one, names=["a"])
    assert told == "There are 1 names, but 2 importances: give one for each."


# Without matplotlib


def test_matplotlib_is_asked_for_when_it_is_needed(layouts, y, monkeypatch):
    X = layouts["block"]
    model = quick().fit(X, y)
    result = permutation_importance(model, X, y)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delattr(mpl, "pyplot")
    for name, draw in {
        "TrainingCurveDisplay": lambda: TrainingCurveDisplay.from_estimator(model),
        "SaliencyDisplay": lambda: SaliencyDisplay.from_estimator(model, X[:1]),
        "ImportanceDisplay": lambda: ImportanceDisplay.from_importances(result),
    }.items():
        assert failure(ImportError, draw) == (
            f"{name} needs matplotlib: pip install 'skrnn[plot]'."
        )
