"""On what models learn and are scored: the test parts, or parts of the training part.

Defaults are chosen by the latter, so that the test parts are new when they are looked
at in the end.
"""

from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    TimeSeriesSplit,
)

from tests.benchmarks.public_sets import GROUPS, SETS
from tests.benchmarks.regression_sets import REGRESSION, REGRESSION_GROUPS, WINDOWS
from tests.benchmarks.wheels import rows_of

N_FOLDS = 3
#: Of smaller training parts all folds are looked at, so that all rows count; of others
#: one fold is enough, and saves two fits of three.
SMALL = 300


def test_part(load):
    """Return a function that returns the official parts for each seed."""
    parts = [load()]
    return lambda seed: parts


def class_folds(name):
    """Return a function that splits the training part of a set, by class.

    People stay on one side where the set has them, and each class is on both sides.
    """
    X, y, _, _ = SETS[name]()
    groups = GROUPS[name]() if name in GROUPS else None
    kind = StratifiedKFold if groups is None else StratifiedGroupKFold
    least = min(list(y).count(label) for label in set(y))

    def parts(seed):
        folds = kind(min(N_FOLDS, least), shuffle=True, random_state=seed)
        return cut(X, y, folds.split(y, y, groups))

    return parts


def regression_folds(name):
    """Return a function that splits the training part of a set for regression.

    Windows of a series are split forward in time, three times after half of them, and
    with that the same for each seed: neighbours of a window have its answer in them.
    """
    X, y, _, _ = REGRESSION[name]()
    groups = REGRESSION_GROUPS[name]() if name in REGRESSION_GROUPS else None

    def parts(seed):
        if name in WINDOWS:
            folds = TimeSeriesSplit(N_FOLDS, test_size=len(y) // (2 * N_FOLDS))
        elif groups is not None:
            folds = GroupKFold(N_FOLDS, shuffle=True, random_state=seed)
        else:
            folds = KFold(N_FOLDS, shuffle=True, random_state=seed)
        return cut(X, y, folds.split(y, groups=groups))

    return parts


def cut(X, y, folds):
    """Return the parts of each fold, or of the last one where the set is large."""
    folds = list(folds)
    if len(y) >= SMALL:
        folds = folds[-1:]
    return [
        (rows_of(X, learn), y[learn], rows_of(X, test), y[test])
        for learn, test in folds
    ]


def splits(name, regression=False, development=False):
    """Return a function that returns, for a seed, what to learn from and to score."""
    if development:
        return (regression_folds if regression else class_folds)(name)
    return test_part((REGRESSION if regression else SETS)[name])
