"""Features are called as their columns are, where that is honest."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skrnn import GRUClassifier
from skrnn.inspection import (
    ImportanceDisplay,
    SaliencyDisplay,
    permutation_importance,
)

N, T = 12, 3
LABELS = np.arange(N) % 2
UNNAMED = ["feature 0", "feature 1"]


class Model:
    """A model that scores nothing."""

    def __init__(self, names=None):
        if names is not None:
            self.feature_names_in_ = np.array(names, dtype=object)

    def fit(self, X, y):
        return self

    def score(self, X, y):
        return 0.0


def names_of(X, model=None, **options):
    model = Model() if model is None else model
    return permutation_importance(model, X, None, n_repeats=1, **options).names


def table(columns):
    values = np.arange(4.0 * len(columns)).reshape(4, -1)
    return pd.DataFrame(values, columns=columns)


def frames(*columns):
    return [pd.DataFrame(np.ones((2 + i, 2)), columns=c) for i, c in enumerate(columns)]


TABLES = [
    # The number of the step, wherever it stands, is what tells columns apart.
    (["x_0", "y_0", "x_1", "y_1", "x_2", "y_2"], ["x", "y"]),
    (["x1", "y1", "x2", "y2", "x3", "y3"], ["x", "y"]),
    (["08_x", "08_y", "09_x", "09_y", "10_x", "10_y"], ["x", "y"]),
    (["a[0].x", "a[0].y", "a[1].x", "a[1].y", "a[2].x", "a[2].y"], ["a_x", "a_y"]),
    (["x1_0", "x2_0", "x1_1", "x2_1", "x1_2", "x2_2"], ["x1", "x2"]),
    (["lead 2 (7)", "lead 5 (7)", "lead 2 (8)", "lead 5 (8)"], ["lead 2", "lead 5"]),
    # A single step: its columns are the features.
    (["length", "width"], ["length", "width"]),
    # The steps are not where they would have to be, or nothing is in common.
    (["x_0", "x_1", "x_2", "y_0", "y_1", "y_2"], UNNAMED),
    (["x_0", "x_1", "x_2", "x_3", "x_4", "x_5"], UNNAMED),
    (["x_0", "y_0", "x_2", "y_2", "x_4", "y_4"], UNNAMED),
    (["x_2", "y_2", "x_1", "y_1", "x_0", "y_0"], UNNAMED),
    (["x1_0", "y_0", "x2_1", "y_1"], UNNAMED),
    (["a", "b", "c", "d"], UNNAMED),
    (["x", "y", "x_1", "y_1"], UNNAMED),
    (["0", "1", "2", "3"], UNNAMED),
    (["x_0", "x 0", "x_1", "x 1"], UNNAMED),
    (["x", "x"], UNNAMED),
    ([0, 1, 2, 3], UNNAMED),
    ([("x", 0), ("y", 0), ("x", 1), ("y", 1)], UNNAMED),
]


@pytest.mark.parametrize(("columns", "expected"), TABLES)
def test_a_feature_of_a_table_is_what_its_columns_have_in_common(columns, expected):
    X = table(columns)
    assert names_of(X, features_per_step=2) == expected
    if isinstance(columns[0], str):
        # Arrays have the names that the model was fitted with.
        model = Model(columns)
        assert names_of(X.to_numpy(), model, features_per_step=2) == expected


def test_with_one_feature_a_step_no_column_is_the_feature():
    assert names_of(table(["day 1", "day 2", "day 3"])) == ["feature 0"]
    assert names_of(table(["size"])) == ["size"]


def test_blocks_of_steps_keep_their_names():
    X = table(["x_0", "y_0", "x_1", "y_1"])
    options = {"by": "step", "block_size": 1, "features_per_step": 2}
    assert names_of(X, **options) == ["step 0", "step 1"]


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_columns_of_sequences(kind):
    X = frames(["x", "y"], ["x", "y"], ["x", "y"])
    if kind is np.array:
        objects = np.empty(3, object)
        objects[:] = X
        X = objects
    else:
        X = kind(X)
    assert names_of(X) == ["x", "y"]
    assert names_of(X, Model(["a", "b"])) == ["x", "y"]


@pytest.mark.parametrize(
    "X",
    [
        frames(["x", "y"], ["y", "x"]),
        frames([0, 1], [0, 1]),
        frames(["x", "x"], ["x", "x"]),
        [*frames(["x", "y"]), np.ones((2, 2))],
        [np.ones((2, 2)), np.ones((3, 2))],
        np.ones((4, 3, 2)),
    ],
)
def test_sequences_without_names_that_all_share(X):
    assert names_of(X) == UNNAMED


@pytest.mark.parametrize("X", [np.ones((4, 3, 2)), [np.ones((2, 2)), np.ones((3, 2))]])
def test_arrays_have_the_names_that_the_model_was_fitted_with(X):
    assert names_of(X, Model(["x", "y"])) == ["x", "y"]
    assert names_of(X, Model(["x", "y", "z"])) == UNNAMED
    assert names_of(X, Model(["x_0", "y_0", "x_1", "y_1"])) == UNNAMED


@pytest.fixture
def _figures_are_closed():
    mpl.use("agg")
    yield
    pyplot.close("all")


@pytest.mark.usefixtures("_figures_are_closed")
@pytest.mark.parametrize("way", ["network", "pipeline", "search"])
def test_models_and_displays(way):
    names = ["x_0", "y_0", "x_1", "y_1", "x_2", "y_2"]
    values = np.random.default_rng(0).normal(size=(N, 2 * T))
    X = pd.DataFrame(values, columns=names)
    network = GRUClassifier(2, features_per_step=2, max_iter=1, random_state=0)
    model = {
        "network": network,
        "pipeline": make_pipeline(StandardScaler(), network),
        "search": GridSearchCV(network, {"alpha": [0.1]}, cv=2),
    }[way].fit(X, LABELS)
    result = permutation_importance(model, X, LABELS, random_state=0)
    assert result.names == ["x", "y"]
    display = ImportanceDisplay.from_estimator(model, X, LABELS, random_state=0)
    assert sorted(tick.get_text() for tick in display.ax_.get_yticklabels()) == [
        "x",
        "y",
    ]
    if way == "network":
        one = SaliencyDisplay.from_estimator(model, X[:2])
        assert one.feature_names == ["x", "y"]
        own = SaliencyDisplay.from_estimator(model, X[:2], feature_names=["u", "v"])
        assert own.feature_names == ["u", "v"]
