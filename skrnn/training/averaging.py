"""Averaging solver: replicas that take some steps each, and then agree on the mean."""

import copy
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from skrnn.network.part import part_read
from skrnn.optimizers import Optimizer, clip_by_norm
from skrnn.training.minibatch import MinibatchSolver, minibatches
from skrnn.training.objective import Objective, evaluate
from skrnn.training.state import NotFinite

#: Number of replicas. It must not depend on who computes them, as numbers would.
N_REPLICAS = 4


@dataclass(eq=False)
class AveragingSolver(MinibatchSolver):
    """Lets replicas take steps on batches of their own, and averages their weights.

    The batches of an epoch are dealt out in rounds. In a round each of `N_REPLICAS`
    replicas begins with the same weights and the same memory of the optimizer, and
    takes a step for each of its batches. Then both become their mean, in which a
    replica counts by the number of its batches: in the last round of an epoch they may
    differ, and some replicas may have none.

    The other parameters are those of `MinibatchSolver`.

    Parameters
    ----------
    average_every : int
        Steps of each replica in a round.
    """

    average_every: int = 1

    _replica: object = field(default=None, init=False)

    def solve(self, weights, progress=None):
        """Move weights until there is a reason to stop, as `Solver.solve` says."""
        optimizer = copy.deepcopy(self.optimizer)
        optimizer.reset()
        self._replica = Replica(self.objective, optimizer, self.max_grad_norm)
        return super().solve(weights, progress)

    def _run_epoch(self, state, shards):
        """Run through the training set once; return the mean of the objective."""
        rows, lengths, total = self.data.rows, self.data.lengths, 0.0
        batches = minibatches(rows, lengths, self.batch_size, self.rng)
        n = N_REPLICAS * self.average_every
        rounds = [batches[first : first + n] for first in range(0, len(batches), n)]
        left = iter(rounds)
        with self.data.read_in_groups(
            [np.concatenate(one) for one in rounds]
        ) as groups:
            for some, data in groups:
                for _ in some:
                    total += self._run_round(state, shards, next(left), data)
        if not np.isfinite(state.weights).all():
            raise NotFinite
        return total / len(rows)

    def _run_round(self, state, shards, batches, data):
        """Take a step for each batch; return the sum of the objective before them."""
        noises = self.objective.dropout.split(len(batches))
        rates = [self.schedule.rate(state.update + k) for k in range(len(batches))]
        steps = list(zip(batches, noises, rates, strict=True))
        jobs = [steps[k::N_REPLICAS] for k in range(min(N_REPLICAS, len(steps)))]
        common = state.weights, self.optimizer.state
        results = shards.run(self._replica, common, jobs, partial(_load, data))
        if any(result is None for result in results):
            raise NotFinite
        if self._unchecked is not None:
            self._good, self._unchecked = self._unchecked, None
        self._last_batch = data, batches[-1]
        self._average(state, [len(job) / len(steps) for job in jobs], results)
        state.update += len(steps)
        n_seen = sum(map(len, batches))
        state.history.n_seen += n_seen
        return sum(total for _, _, total in results)

    def _average(self, state, shares, results):
        """Replace weights and memory by their means, added up in order."""
        old = self.optimizer.state
        new = {name: np.zeros_like(old[name]) for name in self.optimizer.memory}
        weights = np.zeros_like(state.weights)
        for share, (own, memory, _) in zip(shares, results, strict=True):
            weights += share * own
            for name, total in new.items():
                total += share * memory[name]
        n_steps = max(memory["n_steps"] for _, memory, _ in results)
        self.optimizer.state = {**new, "n_steps": n_steps}
        state.weights = weights


def _load(data, job):
    """Return the steps of a replica with their batches instead of the rows."""
    return [(data.batch(rows), noise, rate) for rows, noise, rate in job]


@dataclass(frozen=True, eq=False)
class Replica:
    """The task of taking a step for each of some batches.

    Parameters
    ----------
    objective : Objective
        What is made small.
    optimizer : Optimizer
        One of the kind that takes the steps.
    max_grad_norm : float or None
        Longest gradient that is followed as it is.
    """

    objective: Objective
    optimizer: Optimizer
    max_grad_norm: float | None

    def __call__(self, common, steps, tapes):
        """Take the steps.

        Parameters
        ----------
        common : (ndarray, dict)
            Weights to begin with, and the state of the optimizer; both are left as they
            are.
        steps : list of (tuple, Dropout, float)
            Batch, noise and learning rate of each.
        tapes : dict
            Tapes of earlier calls.

        Returns
        -------
        tuple or None
            Weights, state of the optimizer, and the sum of the objective over the
            sequences, each time before the step; None where that was not finite.
        """
        weights, optimizer = common[0].copy(), copy.deepcopy(self.optimizer)
        optimizer.state = copy.deepcopy(common[1])
        total = 0.0
        for batch, noise, rate in steps:
            value = self._step(weights, optimizer, batch, noise, rate, tapes)
            if value is None:
                return None
            total += batch[0].n_sequences * value
        return weights, optimizer.state, total

    def _step(self, weights, optimizer, batch, noise, rate, tapes):
        """Take one step; return the objective before it, None if it is not finite."""
        # Of its own: should this be done again elsewhere, the noise is the same.
        objective = replace(self.objective, dropout=copy.deepcopy(noise))
        part, own = None, weights
        if objective.reads_in_part:
            part, (x,) = part_read(objective.network, [batch[0]])
            batch = x, *batch[1:]
            objective, own = objective.of_part(part), part.take(weights)
        value, gradient = evaluate(own, (batch, objective), tapes)
        norm = clip_by_norm(gradient, self.max_grad_norm)
        if not (np.isfinite(value) and np.isfinite(norm)):
            return None
        optimizer.step_in_part(own, gradient, rate, part)
        if part is not None:
            part.put(weights, own)
        return value
