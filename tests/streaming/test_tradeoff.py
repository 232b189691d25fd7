"""Accuracy against earliness, and its picture."""

import sys

import numpy as np
import pytest
from matplotlib import pyplot
from sklearn.frozen import FrozenEstimator

from skrnn import GRUClassifier
from skrnn.streaming import (
    EarlinessDisplay,
    EarlyClassifier,
    accuracy_against_earliness,
)
from tests.streaming.problems import D, N, T, block, fitted, targets_of

THRESHOLDS = [0.34, 0.4, 0.45, 0.5, 1]
LABELS = targets_of("classes")


@pytest.fixture(scope="module")
def network():
    return fitted((GRUClassifier, "classes"), list(block()), max_iter=20)


def ragged():
    return [x[: 1 + i % T] for i, x in enumerate(block(seed=1))]


def one_by_one(network, X, y, patience, weight):
    """Give accuracy and earliness of an early classifier for each threshold."""
    lengths, results = np.array([len(x) for x in X]), []
    for threshold in THRESHOLDS:
        early = EarlyClassifier(FrozenEstimator(network), threshold, patience).fit(X)
        share = np.average(early.decision_times(X) / lengths, weights=weight)
        results.append((early.score(X, y, weight), share))
    return np.transpose(results)


@pytest.mark.parametrize("patience", [1, 2])
@pytest.mark.parametrize("weight", [None, np.arange(N) % 3])
def test_each_threshold_is_that_of_an_early_classifier(network, patience, weight):
    X = ragged()
    result = accuracy_against_earliness(
        network,
        X,
        LABELS,
        thresholds=THRESHOLDS,
        patience=patience,
        sample_weight=weight,
    )
    accuracy, earliness = one_by_one(network, X, LABELS, patience, weight)
    np.testing.assert_allclose(result.accuracy, accuracy, rtol=1e-12)
    np.testing.assert_allclose(result.earliness, earliness, rtol=1e-12)
    assert len(set(earliness)) > 1
    for a, e, mean in zip(accuracy, earliness, result.harmonic_mean, strict=True):
        saved = 1 - e
        expected = 2 / (1 / a + 1 / saved) if a * saved > 0 else 0.0
        assert mean == pytest.approx(expected, abs=1e-12)


def test_an_early_classifier_brings_its_patience(network):
    early = EarlyClassifier(FrozenEstimator(network), patience=2).fit(block())
    results = [
        accuracy_against_earliness(
            estimator, ragged(), LABELS, thresholds=THRESHOLDS, patience=patience
        )
        for estimator, patience in ((early, None), (network, 2), (early, 1))
    ]
    assert np.array_equal(results[0].earliness, results[1].earliness)
    assert not np.array_equal(results[0].earliness, results[2].earliness)


@pytest.mark.parametrize("layout", ["block", "table"])
def test_other_layouts(layout):
    X, y = block(), LABELS
    X = X if layout == "block" else X.reshape(N, -1)
    width = {"features_per_step": D} if layout == "table" else {}
    network = fitted((GRUClassifier, "classes"), X, **width)
    result = accuracy_against_earliness(network, X, y, thresholds=[0.01, 1])
    np.testing.assert_allclose(result.earliness, [1 / T, 1])
    assert result.accuracy[1] == network.score(X, y)


def test_thresholds_by_default(network):
    result = accuracy_against_earliness(network, ragged(), LABELS)
    assert result.thresholds[0] == pytest.approx(1 / 3)
    assert result.thresholds[-1] == 1.0
    assert (np.diff(result.thresholds) > 0).all()
    assert (np.diff(result.earliness) >= 0).all()


def test_an_accuracy_of_zero_without_anything_saved(network):
    X = ragged()
    y = np.where(network.predict(X) == -5, -4, -5)
    result = accuracy_against_earliness(network, X, y, thresholds=[1])
    assert (result.accuracy[0], result.harmonic_mean[0]) == (0.0, 0.0)


def test_the_picture_shows_the_arrays(network):
    display = EarlinessDisplay.from_estimator(
        network, ragged(), LABELS, thresholds=THRESHOLDS, name="GRU", color="C1"
    )
    result = accuracy_against_earliness(
        network, ragged(), LABELS, thresholds=THRESHOLDS
    )
    assert np.array_equal(display.line_.get_xdata(), result.earliness)
    assert np.array_equal(display.line_.get_ydata(), result.accuracy)
    assert display.line_.get_color() == display.best_.get_color() == "C1"
    best = np.argmax(result.harmonic_mean)
    assert display.best_threshold == THRESHOLDS[best]
    assert display.best_.get_xydata().tolist() == [
        [result.earliness[best], result.accuracy[best]]
    ]
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert texts[0] == "GRU"
    assert display.figure_ is display.ax_.figure
    pyplot.close(display.figure_)


def test_two_curves_on_one_axis(network):
    figure, ax = pyplot.subplots()
    for patience in (1, 2):
        display = EarlinessDisplay.from_estimator(
            network, ragged(), LABELS, patience=patience, name=str(patience), ax=ax
        )
        assert display.ax_ is ax
    assert len(ax.lines) == 4
    pyplot.close(figure)


def test_without_matplotlib_it_says_what_to_install(network, monkeypatch):
    result = accuracy_against_earliness(network, ragged(), LABELS)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError) as caught:
        EarlinessDisplay(**result).plot()
    assert str(caught.value) == (
        "EarlinessDisplay needs matplotlib: pip install 'skrnn[plot]'."
    )
