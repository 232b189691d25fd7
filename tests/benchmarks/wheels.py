"""Files with data that installed wheels ship, read without importing the package."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

DISTRIBUTIONS = {"Orange": "orange3", "orangecontrib": "orange-spectroscopy"}


class NotInstalled(Exception):
    """The package that carries a set is not there."""


def find(package, *parts):
    """Return the path of a file in an installed package."""
    spec = find_spec(package)
    path = spec and Path(spec.submodule_search_locations[0], *parts)
    # Namespace packages are there without the distribution that fills them.
    if path is None or not path.exists():
        distribution = DISTRIBUTIONS.get(package, package)
        raise NotInstalled(f"pip install --no-deps {distribution}")
    return path


def read_ts(package, name):
    """Return the four parts of a set in the .ts format, with labels as text.

    A line has its channels between colons, then the label.
    """
    parts = []
    for half in ("TRAIN", "TEST"):
        path = find(package, "datasets", "data", name, f"{name}_{half}.ts")
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


def read_table(package, *parts, **options):
    """Return a table that a package ships as a data frame."""
    return pd.read_csv(find(package, *parts), **options)


def read_orange(package, *parts, sep="\t", **options):
    """Return a table of Orange, whose second and third line describe its columns."""
    return read_table(package, *parts, sep=sep, skiprows=[1, 2], **options)


def as_blocks(X, y, X_test, y_test):
    """Make blocks of lists in which all sequences have the same length."""
    if len({len(x) for x in [*X, *X_test]}) == 1:
        X, X_test = np.array(X), np.array(X_test)
    return X, y, X_test, y_test


def rows_of(X, rows):
    """Return sequences of a block, or of a list, by their positions."""
    return [X[row] for row in rows] if isinstance(X, list) else X[rows]
