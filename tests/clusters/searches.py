"""Searches that engines share out, and the same searches without an engine."""

import os
import re
import signal
from pathlib import Path

import numpy as np
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV

from skrnn import LSTMClassifier

_RNG = np.random.default_rng(0)
#: So many that what a split consists of is no small matter for an engine.
X = _RNG.normal(size=(200, 6, 2))
Y = np.where(X.sum(axis=(1, 2)) > 0, "up", "down")
LAYOUTS = {"block": X, "ragged": [x[: 3 + k % 4] for k, x in enumerate(X)]}

#: With so many units a mortal classifier dies.
FATAL = 6


def grid_search(model):
    """Make a search of three splits for each of four candidates."""
    return GridSearchCV(
        model,
        {"hidden_size": [3, 4, FATAL, 5]},
        cv=3,
        scoring="neg_log_loss",
        error_score="raise",
    )


def halving_search(model):
    """Make a search of two rounds, the second with twice the sequences."""
    return HalvingGridSearchCV(
        model,
        {"hidden_size": [3, 4], "pooling": ["last", "max"]},
        cv=2,
        factor=2,
        max_resources=200,
        min_resources=100,
        scoring="neg_log_loss",
        random_state=0,
        error_score="raise",
    )


SEARCHES = {"grid": grid_search, "halving": halving_search}


def model(kind=LSTMClassifier):
    return kind(max_iter=2, random_state=0)


def mortal(marker):
    """Make a classifier that once ends the process that fits it, but never this one.

    The class is made here so that it goes to the workers by value: they need no tests.
    """
    here = os.getpid()

    class Mortal(LSTMClassifier):
        def fit(self, X, y, sample_weight=None):
            if self.hidden_size == FATAL and os.getpid() != here:
                try:
                    marker.touch(exist_ok=False)
                except FileExistsError:
                    pass
                else:
                    os.kill(os.getpid(), signal.SIGKILL)
            return super().fit(X, y, sample_weight)

    return Mortal


def run_the_page(word):
    """Run what the page shows of an engine; give the search that it makes."""
    page = Path(__file__).parents[2] / "docs" / "guide" / "cluster_searches.md"
    blocks = re.findall(r"(?sm)^```py\n(.*?)^```$", page.read_text("utf-8"))
    shown = [block for block in blocks if word in block]
    assert len(shown) == 2
    search = grid_search(model())
    namespace = {"search": search, "X": X, "y": Y}
    for block in shown:
        vars(search).pop("best_estimator_", None)
        exec(block, namespace)
        assert_same(search, grid_search(model()).fit(X, Y), X)


def assert_same(found, expected, X):
    """Hold scores, choice and chosen model of two searches together, to the bit."""
    assert found.best_params_ == expected.best_params_
    assert found.cv_results_["params"] == expected.cv_results_["params"]
    for name, values in expected.cv_results_.items():
        if "score" in name and "time" not in name:
            assert np.isfinite(values).all()
            assert np.array_equal(found.cv_results_[name], values), name
    assert np.array_equal(found.predict_proba(X), expected.predict_proba(X))
    assert np.array_equal(found.predict(X), expected.predict(X))
