"""Times of libraries that take turns, and their ratios."""

import math
import statistics
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter

import numpy as np

from tests.benchmarks.tasks import CELLS

#: Every fit makes as many epochs as skrnn's needs for so many seconds, and so many at
#: least; a prediction is made so often in a row.
LONG_ENOUGH, FEWEST_EPOCHS, N_CALLS = 0.3, 5, 3
#: Predictions of smaller batches are no measure of the kernels: calls outweigh them.
FAIR_BATCH = 32


def seconds(function, n=1):
    """Return the seconds that one of n calls takes."""
    start = perf_counter()
    for _ in range(n):
        function()
    return (perf_counter() - start) / n


def resolved(task, make):
    """Return the task with the patch size of skrnn, and epochs enough for a measure."""
    fit, _ = make(task)
    patch_size = fit().patch_size_
    once = min(seconds(fit) for _ in range(2))
    n_epochs = max(FEWEST_EPOCHS, math.ceil(LONG_ENOUGH / once))
    return replace(task, n_epochs=n_epochs, patch_size=patch_size)


def in_turn(jobs, n_rounds, n_calls=1):
    """Return the median seconds of a call of each job, by name."""
    for job in jobs.values():
        job()  # compile, and fill caches
    taken = {name: [] for name in jobs}
    for _ in range(n_rounds):
        for name, job in jobs.items():
            taken[name].append(seconds(job, n_calls))
    return {name: statistics.median(t) for name, t in taken.items()}


def measure(task, peers, n_rounds):
    """Return the median seconds of an epoch of `fit`, and of a prediction, by name."""
    made = {name: peer.make(task) for name, peer in peers.items()}
    fits, predictions = (
        in_turn({name: jobs[k] for name, jobs in made.items() if jobs[k]}, n_rounds, n)
        for k, n in ((0, 1), (1, N_CALLS))
    )
    return {name: t / task.n_epochs for name, t in fits.items()}, predictions


@dataclass
class Row:
    """What was measured of a task: milliseconds, and the ratios to the peers."""

    task: object
    fit: float
    predict: float
    ratios: dict
    products: float | None = None

    @classmethod
    def measure(cls, task, peers, n_rounds, with_products=False, with_better=False):
        """Measure a task; a ratio above 1 says that skrnn is faster."""
        task = resolved(task, peers["skrnn"].make)
        ratios, ours = {}, []
        for what, times in zip(
            ("fit", "predict"), measure(task, peers, n_rounds), strict=True
        ):
            ours.append(times.pop("skrnn"))
            found = {(what, name): t / ours[-1] for name, t in times.items()}
            if with_better and len(found) > 1:
                found[what, "better"] = min(found.values())
            ratios |= found
        fit, predict = ours
        share = products(task) / fit if with_products else None
        return cls(task, 1e3 * fit / task.n_batches, 1e3 * predict, ratios, share)

    def __str__(self):
        ratios = "".join(f" {ratio:8.2f}" for ratio in self.ratios.values())
        times = f"{self.fit:8.2f} {self.predict:8.2f}"
        last = self.task.patch_size if self.products is None else self.products
        last = f"{last:9}" if self.products is None else f"{last:9.2f}"
        return f"{self.task.cell:4}  {self.task.label:38}{times} {last} {ratios}"


def head(columns, with_products=False):
    """Return the two lines above the rows, for the keys of their ratios."""
    n_fit = sum(what == "fit" for what, _ in columns)
    third = ("share of", "products") if with_products else ("", "patch")
    over = f"{'':44}{'ms a batch':>17}{third[0]:>10}  "
    over += f"{'times as fast as, fit':<{9 * n_fit}} predict_proba"
    under = f"{'cell':4}  {'batch, steps, features, units':38}"
    under += f"{'fit':>8} {'predict':>8} {third[1]:>9} "
    return f"{over}\n{under}" + "".join(
        f" {name.split()[-1]:>8.8}" for _, name in columns
    )


def summary(rows):
    """Return the least and the geometric mean of the ratios, by network and peer."""
    lines = [f"{'times as fast as':30}{'least':>8}{'geometric mean':>16}"]
    for what, name in dict.fromkeys(key for row in rows for key in row.ratios):
        for cell in CELLS:
            ratios = [
                row.ratios[what, name]
                for row in rows
                if row.task.cell == cell
                and (what, name) in row.ratios
                and (what == "fit" or row.task.batch_size >= FAIR_BATCH)
            ]
            if ratios:
                lines.append(f"{cell:4} {what:7} {name:18}{least_and_mean(ratios)}")
    return "\n".join(lines)


def least_and_mean(ratios):
    """Return the least and the geometric mean of ratios, in two columns."""
    mean = math.exp(statistics.mean(map(math.log, ratios)))
    return f"{min(ratios):8.2f}{mean:16.2f}"


def products(task):
    """Return the seconds that the matrix products of an epoch take."""
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
    return task.n_batches * total


def draw(*shape):
    """Draw a matrix of float32."""
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def median_seconds(function):
    """Return the median seconds of a call, of five times twenty."""
    return statistics.median(seconds(function, 20) for _ in range(5))
