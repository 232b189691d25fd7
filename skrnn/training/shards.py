"""The objective on more sequences than are read at once."""

import numpy as np

from skrnn.utils.threads import ALONE

#: So many tapes are kept by each worker: batches have one of two sizes.
N_TAPES = 2


class Shards:
    """The objective on sequences that are cut into shards.

    Into how many does not depend on the number of workers, and the results are added up
    in the order of the shards: the numbers are the same whoever computes them.

    Parameters
    ----------
    objective : Objective
        What is evaluated.
    data : TrainingSet
        Where the sequences come from.
    workers : Workers
        They share out the shards.
    """

    def __init__(self, objective, data, workers=ALONE):
        self.objective, self.data, self.workers = objective, data, workers
        self._tapes = [{} for _ in range(workers.n_workers)]

    def cut(self, rows):
        """Cut a batch into shards whose operations are just long enough for threads."""
        n_shards = max(1, len(rows) // self.objective.sequences_per_shard)
        return [rows[k::n_shards] for k in range(n_shards)]

    def value_and_gradient(self, weights, shards):
        """Give the objective and its gradient: the mean of those of the shards."""

        def evaluate(worker, job):
            rows, objective = job
            tapes = self._tapes[worker]
            value, gradient, tape = objective.value_and_gradient(
                weights,
                *self.data.batch(rows, weights.dtype),
                reuse=tapes.pop(len(rows), None),
            )
            if len(tapes) == N_TAPES:
                tapes.pop(next(iter(tapes)))
            tapes[len(rows)] = tape
            return value, gradient

        parts = self.objective.split(len(shards))
        results = self.workers.share(list(zip(shards, parts, strict=True)), evaluate)
        if len(shards) == 1:
            return results[0]
        total, sum_of_gradients = 0.0, np.zeros_like(weights)
        n = sum(map(len, shards))
        for rows, (value, gradient) in zip(shards, results, strict=True):
            total += len(rows) / n * value
            gradient *= len(rows) / n
            sum_of_gradients += gradient
        return total, sum_of_gradients
