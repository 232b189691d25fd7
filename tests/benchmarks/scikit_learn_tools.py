"""Which tools of scikit-learn work with which layout of X.

    python -m tests.benchmarks.scikit_learn_tools

It prints the table of docs/benchmarks/scikit_learn_tools.md.

Every tool is fitted with a small network on the same sequences: as a 3-D array, as a
ragged list and an object array, as a table, and, cut to different lengths, as a table
whose rows end in NaN. A tool that raises an error does not work. With padding, the
network reads gaps as well if the tool does not work without.
"""

import warnings

import numpy as np
import sklearn
from sklearn import model_selection
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    StackingClassifier,
    VotingClassifier,
)
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.feature_selection import RFE
from sklearn.impute import SimpleImputer
from sklearn.inspection import permutation_importance
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    RandomizedSearchCV,
    StratifiedGroupKFold,
    TimeSeriesSplit,
    TunedThresholdClassifierCV,
)
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier

from skrnn import GRUClassifier
from skrnn.preprocessing import table_from_ragged

N, T, D = 60, 6, 1
LAYOUTS = ("3-D array", "ragged list", "table", "table with padding")
GRID = {"hidden_size": [2, 3]}
WORKS, FILLS, FAILS = "yes", "it fills NaN", "no"


def make_layouts():
    """Return the sequences in each layout, and their labels."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N, T, D))
    shorter = [x[: 3 + i % (T - 2)] for i, x in enumerate(X)]
    as_objects = np.empty(N, object)
    as_objects[:] = shorter
    layouts = {
        "3-D array": [X],
        "ragged list": [shorter, as_objects],
        "table": [X.reshape(N, T * D)],
        "table with padding": [table_from_ragged(shorter)],
    }
    return layouts, (np.array([x[:3].sum() > 0 for x in X])).astype(int)


def searched(search, **options):
    return lambda net, X, y: search(net, GRID, cv=2, **options).fit(X, y).predict(X)


def halving(search, **options):
    options |= {"min_resources": 30, "random_state": 0}
    return searched(search, **options)


def fitted(wrap, make_y=lambda y: y):
    return lambda net, X, y: wrap(net).fit(X, make_y(y)).predict(X)


def by_name(function, **options):
    function = getattr(model_selection, function)
    return lambda net, X, y: function(net, X, y, cv=2, **options)


def split(net, X, y):
    groups = np.arange(N) // 2
    for cv in (StratifiedGroupKFold(2), TimeSeriesSplit(2)):
        model_selection.cross_val_score(net, X, y, groups=groups, cv=cv)
    train, test, of_train, _ = model_selection.train_test_split(X, y, random_state=0)
    net.fit(train, of_train).predict(test)


def as_they_are(X):
    return X


def select(net, X, y):
    def importance(net):
        return np.arange(net.n_features_in_)

    RFE(net, importance_getter=importance, n_features_to_select=4).fit(X, y).predict(X)


def members(net):
    return [("a", net), ("b", net)]


def transformed(transformer):
    def transform(net, X, y):
        if hasattr(X, "ndim") and X.dtype != object:
            lost = np.isnan(X) & ~np.isnan(transformer.fit_transform(X))
            if lost.any():
                return FILLS
        make_pipeline(transformer, net).fit(X, y).predict(X)
        return WORKS

    return transform


TOOLS = {
    "GridSearchCV": searched(GridSearchCV),
    "RandomizedSearchCV": searched(RandomizedSearchCV, n_iter=2, random_state=0),
    "HalvingGridSearchCV": halving(HalvingGridSearchCV),
    "HalvingRandomSearchCV": halving(HalvingRandomSearchCV),
    "cross_val_score": by_name("cross_val_score"),
    "cross_val_predict": by_name("cross_val_predict"),
    "cross_validate": by_name("cross_validate"),
    "learning_curve": by_name("learning_curve", train_sizes=[0.5, 1.0]),
    "train_test_split, StratifiedGroupKFold, TimeSeriesSplit": split,
    "CalibratedClassifierCV": fitted(lambda net: CalibratedClassifierCV(net, cv=2)),
    "FixedThresholdClassifier": fitted(FixedThresholdClassifier),
    "TunedThresholdClassifierCV": fitted(
        lambda net: TunedThresholdClassifierCV(net, cv=2)
    ),
    "VotingClassifier": fitted(lambda net: VotingClassifier(members(net))),
    "StackingClassifier": fitted(lambda net: StackingClassifier(members(net), cv=2)),
    "OneVsRestClassifier": fitted(OneVsRestClassifier),
    "MultiOutputClassifier": fitted(
        MultiOutputClassifier, lambda y: np.column_stack([y, 1 - y])
    ),
    "Pipeline": fitted(
        lambda net: make_pipeline(FunctionTransformer(as_they_are), net)
    ),
    "AdaBoostClassifier": fitted(lambda net: AdaBoostClassifier(net, n_estimators=2)),
    "BaggingClassifier": fitted(lambda net: BaggingClassifier(net, n_estimators=2)),
    "OneVsOneClassifier": fitted(OneVsOneClassifier, lambda y: y + np.arange(N) % 2),
    "SelfTrainingClassifier": fitted(
        lambda net: SelfTrainingClassifier(net, max_iter=2),
        lambda y: np.where(np.arange(N) % 2, y, -1),
    ),
    "ClassifierChain": fitted(
        lambda net: ClassifierChain(net), lambda y: np.column_stack([y, 1 - y])
    ),
    "RFE": select,
    "permutation_importance": lambda net, X, y: permutation_importance(
        net.fit(X, y), X, y, n_repeats=2, random_state=0
    ),
    "StandardScaler": transformed(StandardScaler()),
    "ColumnTransformer": transformed(
        ColumnTransformer([("scale", StandardScaler(), slice(0, None))])
    ),
    "FeatureUnion": transformed(FeatureUnion([("scale", StandardScaler())])),
    "SimpleImputer": transformed(SimpleImputer()),
}


def result(tool, layout, X, y):
    """Return what comes of a tool and a layout: a word or two."""
    options = [{}]
    if layout == "table with padding":
        options = [
            {"padding": "nan"},
            {"padding": "nan", "missing_values": "forward_fill"},
        ]
    for option in options:
        net = GRUClassifier(2, max_iter=1, random_state=0, **option)
        try:
            answer = tool(net, X, y)
        except Exception:  # whatever it is, the tool does not work
            continue
        if isinstance(answer, str):
            return answer
        return "with gaps read" if "missing_values" in option else WORKS
    return FAILS


def main():
    warnings.simplefilter("ignore")
    print(f"scikit-learn {sklearn.__version__}")
    print(f"| | {' | '.join(LAYOUTS)} |\n|{'---|' * (1 + len(LAYOUTS))}")
    layouts, y = make_layouts()
    for name, tool in TOOLS.items():
        found = []
        for layout in LAYOUTS:
            results = {result(tool, layout, X, y) for X in layouts[layout]}
            found.append(", ".join(sorted(results)))
        names = name.replace(", ", "`, `")
        print(f"| `{names}` | {' | '.join(found)} |", flush=True)


if __name__ == "__main__":
    main()
