"""How many files of skrnn a reader has to follow through fit and predict.

    python tests/benchmarks/files_entered.py            the numbers
    python tests/benchmarks/files_entered.py --names    and the files

A file counts when a function of it is called; a constructor that a dataclass wrote by
itself is in no file. The first batch is the first call of `Network.forward`.
"""

import argparse
import sys
import warnings
from functools import partial
from pathlib import Path

import numpy as np

import skrnn

ROOT = str(Path(skrnn.__file__).parent)
FIRST_BATCH = "Network.forward"


def entered(call):
    """Return the files that a call enters, in order, and how many before a batch."""
    files, n_before = [], None

    def look(frame, event, argument):
        nonlocal n_before
        code = frame.f_code
        if event != "call" or not code.co_filename.startswith(ROOT):
            return
        if code.co_qualname == FIRST_BATCH and n_before is None:
            n_before = len(files)
        name = str(Path(code.co_filename).relative_to(ROOT))
        if name not in files:
            files.append(name)

    sys.setprofile(look)
    try:
        call()
    finally:
        sys.setprofile(None)
    return files, n_before


def draw(layout):
    X = np.random.default_rng(0).normal(size=(40, 6, 2))
    y = X.sum(axis=(1, 2)) > 0
    if layout == "list":
        return [x[: 3 + i % 3] for i, x in enumerate(X)], y
    return (X if layout == "array" else X.reshape(40, -1)), y


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--names", action="store_true", help="print the files too")
    names = parser.parse_args().names
    warnings.simplefilter("ignore")
    for layout in ("array", "list", "table"):
        X, y = draw(layout)
        model = skrnn.LSTMClassifier(max_iter=3, random_state=0)
        fit, n_before = entered(partial(model.fit, X, y))
        predict, _ = entered(partial(model.predict, X))
        print(
            f"{layout:6} fit {len(fit)} files, {n_before} before the first batch; "
            f"predict {len(predict)}"
        )
        if names:
            print("  fit:", *fit, sep="\n    ")
            print("  predict:", *predict, sep="\n    ")


if __name__ == "__main__":
    main()
