"""Whole fits and predictions against PyTorch, skorch, JAX and onnxruntime.

Every library trains the same network on the same sequences: float32, the same batches,
as many updates, Adam, gradients clipped to a norm of one, a linear head on the last
state, one core. What counts is the whole of `fit`, and of `predict_proba` of one batch.
The libraries take turns, and what is printed are ratios of medians: above 1, skrnn is
faster. Libraries that are not installed (`pip install -e ".[bench]"`) are left out.

"products" is the share of the time of `fit` that its matrix products take when nothing
else is done between them: with one BLAS, no implementation can be faster than that.

    python tests/benchmarks/speed.py --picture docs/speed.png
"""

import argparse
import importlib.util
import math
import statistics
import sys
import warnings
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import one_core  # noqa: F401, I001  before any that computes

import numpy as np

from tests.benchmarks.peers import PEERS

#: Batch size, steps, features, hidden units.
ROWS = [
    (1, 100, 8, 32),
    (16, 30, 4, 16),
    (32, 50, 1, 32),
    (32, 100, 8, 32),
    (32, 1000, 1, 32),
    (64, 100, 8, 64),
    (64, 500, 3, 32),
    (128, 60, 64, 256),
    (128, 100, 16, 128),
    (200, 28, 28, 100),
    (256, 200, 16, 64),
]
#: Those that are measured with two layers in both directions too.
DEEP_ROWS = [(32, 100, 8, 32), (200, 28, 28, 100)]
DEEP = " 2 layers, both ways"
CELLS = ("rnn", "lstm", "gru")
N_BATCHES, N_CLASSES = 4, 3
#: Predictions of smaller batches are no measure of the kernels: calls outweigh them.
FAIR_BATCH = 32
#: What stands at the axis of the picture.
TICKS = (0.25, 0.5, 1, 2, 4, 8, 16)
#: Every fit makes as many epochs as this one needs for so many seconds, and so many at
#: least; a prediction is made so often in a row.
LONG_ENOUGH, FEWEST_EPOCHS, N_CALLS = 0.3, 5, 3


@dataclass(frozen=True)
class Task:
    """A network, and what it is to learn."""

    cell: str
    batch_size: int
    n_steps: int
    n_features: int
    hidden_size: int
    n_layers: int = 1
    bidirectional: bool = False
    n_epochs: int = 1
    X: np.ndarray = field(init=False, repr=False)
    y: np.ndarray = field(init=False, repr=False)

    def __post_init__(self):
        n, rng = N_BATCHES * self.batch_size, np.random.default_rng(0)
        X = rng.normal(size=(n, self.n_steps, self.n_features)).astype(np.float32)
        object.__setattr__(self, "X", X)
        object.__setattr__(self, "y", np.arange(n) % N_CLASSES)

    @property
    def first_batch(self):
        """The sequences that are predicted."""
        return self.X[: self.batch_size]

    @property
    def label(self):
        """Batch size, steps, features and units, and what is more than one layer."""
        sizes = self.batch_size, self.n_steps, self.n_features, self.hidden_size
        more = DEEP if self.bidirectional else ""
        return f"{', '.join(map(str, sizes))}{more}"


def tasks(cells, rows):
    """Give the tasks of the table."""
    for cell in cells:
        for row in rows:
            yield Task(cell, *row)
        for row in rows:
            if row in DEEP_ROWS:
                yield Task(cell, *row, n_layers=2, bidirectional=True)


def seconds(function, n=1):
    """Give the seconds that one of n calls takes."""
    start = perf_counter()
    for _ in range(n):
        function()
    return (perf_counter() - start) / n


def with_epochs(task, make):
    """Give the task so many epochs that a fit is long enough to be measured."""
    fit, _ = make(task)
    once = min(seconds(fit) for _ in range(2))
    return replace(task, n_epochs=max(FEWEST_EPOCHS, math.ceil(LONG_ENOUGH / once)))


def measure(task, names, n_rounds):
    """Give the median seconds of an epoch of `fit`, and of a prediction, by name."""
    task = with_epochs(task, PEERS["skrnn"][1])
    made = {name: PEERS[name][1](task) for name in names}
    times = {}
    for what, calls in ((0, 1), (1, N_CALLS)):
        jobs = {name: jobs[what] for name, jobs in made.items() if jobs[what]}
        for job in jobs.values():
            job()  # compile, and fill caches
        taken = {name: [] for name in jobs}
        for _ in range(n_rounds):
            for name, job in jobs.items():
                taken[name].append(seconds(job, calls))
        times[what] = {name: statistics.median(t) for name, t in taken.items()}
    fits = {name: t / task.n_epochs for name, t in times[0].items()}
    return fits, times[1]


def products(task):
    """Give the seconds that the matrix products of an epoch take."""
    B, T, H = task.batch_size, task.n_steps, task.hidden_size
    rows = {"rnn": 1, "lstm": 4, "gru": 3}[task.cell] * H
    directions, total = 1 + task.bidirectional, 0.0
    for layer in range(task.n_layers):
        d = task.n_features if layer == 0 else directions * H
        W, xh, z = draw(rows, d + 1 + H), draw(d + 1 + H, B), draw(rows, B)
        forward = partial(W.dot, xh, z)
        backward = partial(draw(H, rows).dot, z, draw(H, B))
        steps = max(1, min(T, 16384 // (B * H)))
        d_z, rows_xh = draw(rows, steps * B), draw(steps * B, d + 1 + H)
        for_weights = partial(d_z.dot, rows_xh)
        once = T * (median_seconds(forward) + median_seconds(backward))
        once += T / steps * median_seconds(for_weights)
        if layer:
            once += T * median_seconds(partial(draw(d, rows).dot, z))
        total += directions * once
    return N_BATCHES * total


def draw(*shape):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def median_seconds(function):
    return statistics.median(seconds(function, 20) for _ in range(5))


def geometric_mean(values):
    return math.exp(statistics.mean(map(math.log, values)))


@dataclass
class Row:
    """What was measured of a task: milliseconds, and the ratios to the peers."""

    task: Task
    fit: float
    predict: float
    products: float
    ratios: dict

    @classmethod
    def measure(cls, task, names, n_rounds):
        fits, predictions = measure(task, names, n_rounds)
        fit, predict = fits.pop("skrnn"), predictions.pop("skrnn")
        ratios = {("fit", name): t / fit for name, t in fits.items()}
        ratios |= {("predict", name): t / predict for name, t in predictions.items()}
        share = products(task) / fit
        return cls(task, 1e3 * fit / N_BATCHES, 1e3 * predict, share, ratios)

    def __str__(self):
        ratios = "".join(f" {ratio:8.2f}" for ratio in self.ratios.values())
        times = f"{self.fit:8.2f} {self.predict:8.2f} {self.products:9.2f}"
        return f"{self.task.cell:4}  {self.task.label:38}{times} {ratios}"


def head(names):
    columns = [name for name in names[1:] if name != "onnxruntime"] + names[1:]
    fit, predict = 9 * (len(columns) - len(names) + 1), 9 * (len(names) - 1)
    over = f"{'':44}{'ms a batch':>17}{'share of':>10}  "
    over += f"{'times as fast as, fit':<{fit}}{' predict_proba':<{predict}}"
    under = f"{'cell':4}  {'batch, steps, features, units':38}"
    under += f"{'fit':>8} {'predict':>8} {'products':>9} "
    return f"{over}\n{under}" + "".join(f" {name:>8.8}" for name in columns)


def summary(rows):
    """Give the least and the geometric mean of the ratios, by network and peer."""
    lines = [f"{'times as fast as':26}{'least':>8}{'geometric mean':>16}"]
    for what, name in rows[0].ratios:
        for cell in CELLS:
            ratios = [
                row.ratios[what, name]
                for row in rows
                if row.task.cell == cell
                and (what == "fit" or row.task.batch_size >= FAIR_BATCH)
            ]
            if ratios:
                label = f"{cell:4} {what:7} {name}"
                mean = geometric_mean(ratios)
                lines.append(f"{label:26}{min(ratios):8.2f}{mean:16.2f}")
    return "\n".join(lines)


def draw_picture(rows, path):
    """Draw the ratios, a panel for each network, of fit above and predict below."""
    import matplotlib.pyplot as plt

    cells = [cell for cell in CELLS if any(row.task.cell == cell for row in rows)]
    figure, panels = plt.subplots(
        2, len(cells), figsize=(4 * len(cells) + 2, 9), sharex=True, squeeze=False
    )
    markers = dict(zip(list(PEERS)[1:], "osD^", strict=True))
    for cell, (above, below) in zip(cells, panels.T, strict=True):
        of_cell = [row for row in rows if row.task.cell == cell]
        for what, panel in (("fit", above), ("predict", below)):
            for name, marker in markers.items():
                known = [
                    (row.ratios[what, name], k)
                    for k, row in enumerate(of_cell)
                    if (what, name) in row.ratios
                ]
                if known:
                    panel.plot(*zip(*known, strict=True), marker, label=name, alpha=0.8)
            panel.axvline(1.0, color="0.4", linewidth=1)
            panel.set_xscale("log")
            panel.set_xticks(TICKS, TICKS)
            panel.minorticks_off()
            panel.grid(axis="both", color="0.9")
            labels = [row.task.label.replace(DEEP, ", deep") for row in of_cell]
            first = cell == cells[0]
            panel.set_yticks(
                range(len(of_cell)), labels if first else [""] * len(labels)
            )
            panel.invert_yaxis()
            method = "fit" if what == "fit" else "predict_proba"
            panel.set_title(f"{cell.upper()}, {method}")
        below.set_xlabel("times as fast as the other library")
    for panel in panels[:, 0]:
        panel.set_ylabel("batch, steps, features, units\n(deep: two layers, both ways)")
    handles, labels = panels[1, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="upper center", ncols=len(labels))
    figure.tight_layout(rect=(0, 0, 1, 0.96))
    figure.savefig(path, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cells", nargs="+", default=CELLS, choices=CELLS)
    parser.add_argument("--rows", nargs="+", type=int, help="numbers of rows, from 0")
    parser.add_argument("--peers", nargs="+", choices=list(PEERS)[1:])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--picture", type=Path, help="where to draw the ratios")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    wanted = arguments.peers or list(PEERS)[1:]
    names = ["skrnn", *(n for n in wanted if importlib.util.find_spec(PEERS[n][0]))]
    chosen = ROWS if arguments.rows is None else [ROWS[k] for k in arguments.rows]
    rows = []
    print(head(names))
    for task in tasks(arguments.cells, chosen):
        rows.append(Row.measure(task, names, arguments.rounds))
        print(rows[-1], flush=True)
    print(f"\n{summary(rows)}")
    if arguments.picture:
        draw_picture(rows, arguments.picture)


if __name__ == "__main__":
    main()
