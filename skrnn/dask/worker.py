"""What runs on the workers of a cluster: tasks whose objects are sent once."""

import traceback
from dataclasses import dataclass, field, replace

import numpy as np

from skrnn.training import Objective
from skrnn.training.objective import evaluate
from skrnn.utils.threads import BLAS_THREADS
from skrnn.utils.version import __version__


def versions():
    """Return the versions of skrnn and NumPy in this process, by their names."""
    return {"skrnn": __version__, "numpy": np.__version__}


@dataclass(frozen=True, eq=False)
class Call:
    """A call of a task for some jobs.

    Parameters
    ----------
    jobs : list
        What the task gets one after the other.
    news : dict of str to object
        Its `task` and the `common` objects of all jobs, where the worker does not have
        them yet.
    """

    jobs: list
    news: dict = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Failure:
    """An error of a task, to be raised where the task came from.

    Parameters
    ----------
    error : Exception
        The error.
    text : str
        Where it came about.
    """

    error: Exception
    text: str


@dataclass(frozen=True, eq=False)
class Answer:
    """What a task has returned for some jobs.

    A class of its own, as NumPy arrays inside of it travel without a copy.

    Parameters
    ----------
    results : list
        One for each job.
    """

    results: list


class Evaluator:
    """Actor that runs tasks in a worker; it can be replaced at any time.

    It remembers the last task and what is common to its jobs, to save time. Whoever
    calls it knows what it has.
    """

    def __init__(self):
        self._known, self._tapes = {}, {}

    def versions(self):
        """Return what must be the same here and where tasks come from."""
        return versions()

    def call(self, call):
        """Return an `Answer`, or a `Failure`."""
        self._known |= call.news
        task, common = self._known["task"], self._known["common"]
        try:
            with np.errstate(over="ignore", invalid="ignore"), BLAS_THREADS.one():
                return Answer([task(common, job, self._tapes) for job in call.jobs])
        except Exception as error:
            return Failure(error, traceback.format_exc())


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The task of evaluating an objective on shards, whose noise comes with them.

    Parameters
    ----------
    objective : Objective
        What is evaluated.
    """

    objective: Objective

    def __call__(self, weights, job, tapes):
        """Return value and gradient at the weights."""
        batch, noise = job
        return evaluate(weights, (batch, replace(self.objective, dropout=noise)), tapes)
