"""Shards of a batch that workers of a cluster evaluate."""

import copy
from dataclasses import replace

from skrnn.dask.worker import Evaluation
from skrnn.network import NO_DROPOUT
from skrnn.training.objective import Shards
from skrnn.utils.threads import Workers


class RemoteShards(Shards):
    """Shards that a crew evaluates; a batch of a single one is evaluated here.

    Parameters
    ----------
    objective, data, workers
        As of `Shards`.
    crew : Crew
        Where they are evaluated.
    """

    def __init__(self, objective, data, workers, crew):
        super().__init__(objective, data, workers)
        self.crew = crew
        self._task = None

    def evaluate_each(self, objective, weights, jobs, read):
        """Return value and gradient of each shard, as `Shards.evaluate_each` does."""
        if len(jobs) == 1:
            # Its noise goes on from batch to batch.
            return super().evaluate_each(objective, weights, jobs, read)

        def load(job):
            rows, part = job
            # Of its own: should a worker be lost, another needs the same.
            return read(rows), copy.deepcopy(part.dropout)

        return self.crew.run(self._task_of(objective), weights, jobs, load)

    def run(self, task, common, jobs, load):
        """Return what a task makes of each job, as `Shards.run` does."""
        if len(jobs) == 1:
            return super().run(task, common, jobs, load)
        return self.crew.run(task, common, jobs, load)

    def _task_of(self, objective):
        """Return the task of an objective: the same as last time if it is the same."""
        if self._task is None or self._task[0] is not objective:
            task = Evaluation(replace(objective, dropout=NO_DROPOUT))
            self._task = objective, task
        return self._task[1]


class ClusterWorkers(Workers):
    """Threads of this process, beside the workers of a cluster that evaluate shards.

    Parameters
    ----------
    threads : Workers
        They score the sequences held out.
    crew : Crew
        They do the rest.
    """

    def __init__(self, threads, crew):
        super().__init__(threads.n_workers)
        self._threads, self._crew = threads, crew

    def share(self, jobs, function):
        """Return ``function(worker, job)`` for each job, done by the threads."""
        return self._threads.share(jobs, function)

    def shards(self, objective, data, workers):
        """Make the `RemoteShards` of a training set."""
        return RemoteShards(objective, data, workers, self._crew)
