"""Whole fits and predictions against PyTorch, skorch, JAX, Keras and onnxruntime.

What counts is the whole of `fit`, and of `predict_proba` of one batch, on one core. The
libraries take turns, and what is printed are ratios of medians: above 1, skrnn is
faster. Libraries that are not installed (`pip install -e ".[bench]"`) are left out. The
tables:

- kernels: every library trains the same network on the same sequences: float32, the
  same batches, as many updates, Adam, gradients clipped to a norm of one, a linear head
  on the last state. "products" is the share of the time of `fit` that its matrix
  products take when nothing else is done between them: with one BLAS, no implementation
  can be faster than that.
- defaults: the estimators as they are, on float64 arrays, and the same recipe in
  float32 elsewhere. PyTorch and skorch leave recurrent dropout out, which favours them.
  The network is the plain one on both sides (`PLAIN` in `recipe.py`): no convolution,
  no direct path, no second reading and no smoothed labels, as the others have none.
- ragged: the same on lists of sequences of 1 to T steps; PyTorch packed, and padded
  with masks, and the better of both.
- two-cores: as defaults, `n_jobs=2` against two threads of PyTorch.
- accuracy: seconds of training up to an accuracy, see `time_to_accuracy.py`.

    python tests/benchmarks/speed.py --picture speed.png
"""

import argparse
import os
import subprocess
import sys
import warnings
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import one_core  # noqa: I001  before any that computes

from tests.benchmarks import tasks, time_to_accuracy
from tests.benchmarks.environment import describe
from tests.benchmarks.measuring import Row, head, summary
from tests.benchmarks.peers import PEERS
from tests.benchmarks.peers_defaults import (
    DEFAULTS_PEERS,
    RAGGED_PEERS,
    TWO_CORES_PEERS,
)
from tests.benchmarks.picture import draw_picture

ACCURACY, N_CORES = "accuracy", 2


@dataclass(frozen=True)
class Table:
    """Rows of one kind of task, and the libraries that are measured on them."""

    title: str
    peers: dict
    rows: list
    deep_rows: list = ()
    options: dict = field(default_factory=dict)
    with_products: bool = False
    with_better: bool = False
    least_batch: int = 1
    n_cores: int = 1

    def measure(self, arguments):
        """Measure the table, and print it row by row; return its rows."""
        peers = _chosen(self.peers, arguments.peers)
        rows = tasks.choose(self.rows, arguments.rows, self.least_batch)
        measured = []
        for task in tasks.make_tasks(
            arguments.cells, rows, self.deep_rows, **self.options
        ):
            row = Row.measure(
                task, peers, arguments.rounds, self.with_products, self.with_better
            )
            if not measured:
                print(head(row.ratios, self.with_products))
            measured.append(row)
            print(row, flush=True)
        print(f"\n{summary(measured)}")
        return measured


FLOAT64 = {"dtype": "float64"}
TABLES = {
    "kernels": Table(
        "float32, the last state, constant rate: the kernels",
        PEERS,
        tasks.ROWS,
        tasks.DEEP_ROWS,
        with_products=True,
    ),
    "defaults": Table(
        "the plain defaults on float64 arrays",
        DEFAULTS_PEERS,
        tasks.ROWS,
        tasks.DEEP_ROWS,
        FLOAT64,
        least_batch=tasks.LEAST_BATCH,
    ),
    "ragged": Table(
        "the plain defaults on lists of float64, lengths uniform from 1 to T",
        RAGGED_PEERS,
        tasks.RAGGED_ROWS,
        options={**FLOAT64, "ragged": True, "n_batches": 8},
        with_better=True,
    ),
    "two-cores": Table(
        "the plain defaults on float64 arrays, two threads each",
        TWO_CORES_PEERS,
        tasks.TWO_CORES_ROWS,
        options={**FLOAT64, "n_threads": N_CORES},
        n_cores=N_CORES,
    ),
}


def _chosen(peers, wanted):
    """Return the peers that are wanted and installed, skrnn first."""
    return {
        name: peer
        for name, peer in peers.items()
        if peer.is_installed
        and (name == "skrnn" or wanted is None or name.split()[0] in wanted)
    }


def on_more_cores(name, n_cores, arguments):
    """Measure a table in a process that is not held to one core."""
    if len(one_core.CORES) < n_cores:
        print(f"left out: it needs {n_cores} cores")
        return
    cores = ",".join(map(str, one_core.CORES[-n_cores:]))
    options = ["--table", name, "--rounds", str(arguments.rounds)]
    for option in ("cells", "rows", "peers"):
        values = getattr(arguments, option)
        if values is not None:
            options += [f"--{option}", *map(str, values)]
    subprocess.run(
        [sys.executable, __file__, *options],
        env={**os.environ, "BENCHMARK_CORES": cores},
        check=True,
    )


def parse_arguments():
    names = [*TABLES, ACCURACY]
    libraries = ("PyTorch", "skorch", "JAX", "Keras", "onnxruntime")
    sets = time_to_accuracy.SETS
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--table", nargs="+", default=names, choices=names)
    parser.add_argument("--cells", nargs="+", default=tasks.CELLS, choices=tasks.CELLS)
    parser.add_argument("--rows", nargs="+", type=int, help="numbers of rows, from 0")
    parser.add_argument("--peers", nargs="+", choices=libraries)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sets", nargs="+", default=sets, help=f'of "{ACCURACY}"')
    parser.add_argument("--seeds", type=int, default=3, help=f'of "{ACCURACY}"')
    parser.add_argument("--picture", type=Path, help='where to draw "kernels"')
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    warnings.simplefilter("ignore")
    is_child = "BENCHMARK_CORES" in os.environ
    if not is_child:
        print(describe())
    for name in arguments.table:
        if name == ACCURACY:
            print(f"\n{name}: {time_to_accuracy.TITLE}", flush=True)
            time_to_accuracy.table(arguments.sets, arguments.seeds, arguments.peers)
            continue
        table = TABLES[name]
        if not is_child:
            print(f"\n{name}: {table.title}", flush=True)
        if table.n_cores > 1 and not is_child:
            on_more_cores(name, table.n_cores, arguments)
            continue
        rows = table.measure(arguments)
        if name == "kernels" and arguments.picture:
            draw_picture(rows, arguments.picture)


if __name__ == "__main__":
    main()
