"""This checkout against another one, such as a worktree of the commit before.

Each side lives in a process of its own, on the same core, and they take turns. The
ratios are before over after: above 1, this checkout is faster. The rows are those of
"kernels" and of "defaults" in `speed.py`, of skrnn alone, and with plain networks: a
checkout from before their parameters (`PLAIN` in `recipe.py`) has no others.

    git worktree add ../before HEAD~1
    python tests/benchmarks/compare.py ../before
"""

import argparse
import json
import statistics
import subprocess
import sys
import warnings
from dataclasses import fields
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks import one_core  # noqa: F401, I001  before any that computes

from tests.benchmarks import tasks
from tests.benchmarks.measuring import (
    FAIR_BATCH,
    N_CALLS,
    least_and_mean,
    resolved,
    seconds,
)
from tests.benchmarks.peers import PEERS
from tests.benchmarks.peers_defaults import DEFAULTS_PEERS

#: This checkout.
HERE = Path(__file__).resolve().parents[2]
#: What makes the jobs, the least batch, and the options of the tasks.
TABLES = {
    "kernels": (PEERS["skrnn"].make, 1, {}),
    "defaults": (
        DEFAULTS_PEERS["skrnn"].make,
        tasks.LEAST_BATCH,
        {"dtype": "float64"},
    ),
}
#: What of a task goes from process to process: the first of its fields.
SIZES = [each.name for each in fields(tasks.Task)][:7]


class Side:
    """A process that fits and predicts with the skrnn of a checkout."""

    def __init__(self, root):
        self.process = subprocess.Popen(
            [sys.executable, __file__, str(root), "--serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **question):
        """Send a question, and wait for the answer."""
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit("A side has ended: its error is above.")
        return json.loads(answer)

    def close(self):
        """Let the process end."""
        self.process.stdin.close()
        self.process.wait()


def serve(root):
    """Answer questions on the standard input, with the skrnn of a checkout."""
    sys.path.insert(0, str(root))
    import skrnn

    if not Path(skrnn.__file__).is_relative_to(root):
        raise SystemExit(f"{root} has no skrnn: {skrnn.__file__} was imported.")
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        question = json.loads(line)
        if question["what"] == "begin":
            task, make = _task(**question)
            jobs, answer = make(task), task.n_epochs
        else:
            k = ("fit", "predict").index(question["what"])
            answer = seconds(jobs[k], (1, N_CALLS)[k])
        print(json.dumps(answer), flush=True)


def _task(what, table, sizes, n_epochs):
    """Return the task, with epochs enough for a measure if none are given."""
    make, _, options = TABLES[table]
    if n_epochs is not None:
        return tasks.Task(*sizes, **options, n_epochs=n_epochs), make
    return resolved(tasks.Task(*sizes, **options), make), make


def measure(before, after, table, sizes, n_rounds):
    """Return milliseconds a batch now, and the ratios of fit and of predict."""
    n_epochs = after.ask(what="begin", table=table, sizes=sizes, n_epochs=None)
    before.ask(what="begin", table=table, sizes=sizes, n_epochs=n_epochs)
    times, sides = {}, (before, after)
    for what in ("fit", "predict"):
        for side in sides:
            side.ask(what=what)  # fill caches
        rounds = [[side.ask(what=what) for side in sides] for _ in range(n_rounds)]
        times[what] = [statistics.median(each) for each in zip(*rounds, strict=True)]
    n_batches = n_epochs * tasks.Task.n_batches
    ms = 1e3 * times["fit"][1] / n_batches, 1e3 * times["predict"][1]
    return ms, {what: old / new for what, (old, new) in times.items()}


def compare(before, after, table, arguments):
    """Print a line for each row of a table, then the summary."""
    _, least_batch, options = TABLES[table]
    rows = tasks.choose(tasks.ROWS, arguments.rows, least_batch)
    found = {}
    print(f"\n{table:44}{'ms a batch':>17}  {'before / after':>17}")
    print(f"{'cell':4}  {'batch, steps, features, units':38}", end="")
    print(f"{'fit':>8} {'predict':>8} {'fit':>10} {'predict':>8}")
    for task in tasks.make_tasks(arguments.cells, rows, tasks.DEEP_ROWS, **options):
        sizes = [getattr(task, name) for name in SIZES]
        ms, ratios = measure(before, after, table, sizes, arguments.rounds)
        for what, ratio in ratios.items():
            if what == "fit" or task.batch_size >= FAIR_BATCH:
                found.setdefault((what, task.cell), []).append(ratio)
        columns = f"{ms[0]:8.2f} {ms[1]:8.2f}"
        columns += f" {ratios['fit']:10.3f} {ratios['predict']:8.3f}"
        print(f"{task.cell:4}  {task.label:38}{columns}", flush=True)
    print(f"\n{'before / after':30}{'least':>8}{'geometric mean':>16}")
    for (what, cell), ratios in sorted(found.items()):
        print(f"{cell:4} {what:25}{least_and_mean(ratios)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("before", type=Path, help="the other checkout")
    parser.add_argument("--table", nargs="+", default=list(TABLES), choices=TABLES)
    parser.add_argument("--cells", nargs="+", default=tasks.CELLS, choices=tasks.CELLS)
    parser.add_argument("--rows", nargs="+", type=int, help="numbers of rows, from 0")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.before.resolve())
        return
    before, after = Side(arguments.before.resolve()), Side(HERE)
    for table in arguments.table:
        compare(before, after, table, arguments)
    for side in (before, after):
        side.close()


if __name__ == "__main__":
    main()
