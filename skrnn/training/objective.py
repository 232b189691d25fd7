"""Objective of training, as a function of the flat vector of weights."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from skrnn.losses import Loss
from skrnn.network import NO_DROPOUT, Dropout, Network
from skrnn.network.part import embedding_of, part_read, unpenalised
from skrnn.sequences import Sequences
from skrnn.training.augmentation import Augmentation
from skrnn.utils.threads import ALONE

#: So many tapes are kept by each worker: batches have one of two sizes.
N_TAPES = 2


@dataclass(frozen=True, eq=False)
class Objective:
    """Mean loss of the sequences plus an L2 penalty on the weights.

    Parameters
    ----------
    network : Network
        From sequences to scores.
    loss : Loss
        From scores and targets to a loss for each sequence.
    penalty : float, default=0.0
        Factor of half the sum of squares of the weights; biases go free.
    dropout : Dropout, optional
        The noise under which the gradient is computed.
    fixed : ndarray of int, optional
        Indices of weights that stay as they are: they have no penalty and no gradient.
    augmentation : Augmentation, optional
        What changes sequences before their gradient is computed; its chance is that of
        the dropout.
    """

    network: Network
    loss: Loss
    penalty: float = 0.0
    dropout: Dropout = NO_DROPOUT
    fixed: np.ndarray | None = None
    augmentation: Augmentation | None = None

    @property
    def sequences_per_shard(self):
        """How many sequences are worth a thread of their own."""
        return self.network.sequences_per_shard

    @property
    def reads_in_part(self):
        """Whether a batch reads a part of the weights only: there is an embedding."""
        return embedding_of(self.network) is not None

    def split(self, n):
        """Return an objective for each of n parts of a batch, with noise of its own."""
        if n == 1:
            return [self]
        return [replace(self, dropout=noise) for noise in self.dropout.split(n)]

    def value_and_gradient(self, weights, x, y, sample_weight, reuse=None):
        """Evaluate the objective on a batch.

        Parameters
        ----------
        weights : ndarray of shape (n_parameters,)
            The flat vector.
        x : Sequences
            The batch.
        y : ndarray of shape (n_sequences,) or (n_sequences, n_outputs)
            Encoded targets, in the order in which the batch was given; with scores for
            every step, those of its packed rows.
        sample_weight : ndarray of shape (n_sequences,)
            Weights with a mean of one over the whole training set; those of packed
            rows with a sum of one a sequence.
        reuse : tape, optional
            A tape of an earlier call that may be written over.

        Returns
        -------
        value : float
        gradient : ndarray of shape (n_parameters,)
        tape : dict
        """
        if self.augmentation is not None:
            x = self.augmentation(x, self.dropout.rng)
        scores, tape = self.network.forward(
            weights, x, reuse=reuse, dropout=self.dropout
        )
        losses, d_scores = self.loss.value_and_gradient(_rows_of(scores), y)
        share = sample_weight / x.n_sequences
        value = float(np.dot(share, losses))
        d_scores *= share.astype(d_scores.dtype)[:, np.newaxis]
        if isinstance(scores, Sequences):
            d_scores = scores.replace(d_scores)
        _, gradient = self.network.backward(weights, tape, d_scores)
        penalty_gradient = self._penalty_gradient(weights)
        value += 0.5 * float(np.dot(penalty_gradient, weights))
        gradient += penalty_gradient
        if self.fixed is not None:
            gradient[self.fixed] = 0.0
        return value, gradient, tape

    def value(self, weights, x, y, sample_weight):
        """Evaluate the objective on a batch, without noise or gradient: a float."""
        scores, _ = self.network.forward(weights, x, keep=False)
        losses, _ = self.loss.value_and_gradient(_rows_of(scores), y)
        value = float(np.dot(sample_weight / x.n_sequences, losses))
        return value + 0.5 * float(np.dot(self._penalty_gradient(weights), weights))

    def _penalty_gradient(self, weights):
        gradient = self.penalty * weights
        for free in self._unpenalised:
            gradient[free] = 0.0
        if self.fixed is not None:
            gradient[self.fixed] = 0.0
        return gradient

    @cached_property
    def _unpenalised(self):
        return unpenalised(self.network)

    def of_part(self, part):
        """Return the objective as a function of a `Part` of the weights."""
        fixed = None if self.fixed is None else part.places(self.fixed)
        return replace(self, network=part.network, fixed=fixed)


def _rows_of(scores):
    """Return the scores of a batch as one array."""
    return scores.data if isinstance(scores, Sequences) else scores


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
        """Compute the objective and its gradient: the mean of those of the shards."""
        return self._evaluate(self.objective, weights, shards, self.data)

    def value_and_gradient_of_part(self, weights, shards, data=None):
        """Compute them as a function of the part of the weights that the shards read.

        Parameters
        ----------
        weights : ndarray of shape (n_parameters,)
            The flat vector.
        shards : list of ndarray of int
            The rows of a batch.
        data : TrainingSet, optional
            Where the sequences come from, if not from where all of them do.

        Returns
        -------
        value : float
        gradient : ndarray
            Of that part.
        part : Part or None
            The part; None where it is all of the weights.
        weights : ndarray
            The weights of the part.
        """
        data = self.data if data is None else data
        if not self.objective.reads_in_part:
            found = self._evaluate(self.objective, weights, shards, data)
            return *found, None, weights
        # Before they are shared out: the part is that of all of them.
        batches = [data.batch(rows) for rows in shards]
        x, *others = zip(*batches, strict=True)
        part, x = part_read(self.objective.network, list(x))
        batches = {
            rows[0]: batch
            for rows, batch in zip(shards, zip(x, *others, strict=True), strict=True)
        }
        objective, weights = self.objective.of_part(part), part.take(weights)
        value, gradient = self._evaluate(objective, weights, shards, data, batches)
        return value, gradient, part, weights

    def _evaluate(self, objective, weights, shards, data, batches=None):
        """Evaluate an objective on shards; `batches` has them if they are packed."""
        parts, results = iter(objective.split(len(shards))), []
        with data.read_in_groups(shards) as groups:
            for some, loaded in groups:
                read = loaded.batch if batches is None else _taken_from(batches)
                jobs = [(rows, next(parts)) for rows in some]
                results += self.evaluate_each(objective, weights, jobs, read)
        if len(shards) == 1:
            return results[0]
        total, sum_of_gradients = 0.0, np.zeros_like(weights)
        n = sum(map(len, shards))
        for rows, (value, gradient) in zip(shards, results, strict=True):
            total += len(rows) / n * value
            gradient *= len(rows) / n
            sum_of_gradients += gradient
        return total, sum_of_gradients

    def evaluate_each(self, objective, weights, jobs, read):
        """Return value and gradient of each shard, in their order.

        Parameters
        ----------
        objective : Objective
            What is evaluated.
        weights : ndarray of shape (n_parameters,)
            Where.
        jobs : list of (ndarray of int, Objective)
            The rows of each shard, and the objective with the noise of that shard.
        read : callable
            From rows to a batch.
        """

        def load(job):
            rows, part = job
            return read(rows), part

        return self.run(evaluate, weights, jobs, load)

    def run(self, task, common, jobs, load):
        """Return ``task(common, load(job), tapes)`` for each job, in their order.

        Parameters
        ----------
        task : callable
            As `evaluate`: what it returns depends on its first two arguments alone.
        common : object
            What all jobs need.
        jobs : list
            What they are.
        load : callable
            From a job to what the task needs of it.
        """
        return self.workers.share(
            jobs, lambda worker, job: task(common, load(job), self._tapes[worker])
        )


def evaluate(weights, job, tapes):
    """Evaluate a batch, over a tape of as many sequences; leave the tape that it makes.

    Parameters
    ----------
    weights : ndarray of shape (n_parameters,)
        Where.
    job : (tuple, Objective)
        The batch, and the objective.
    tapes : dict of int to tape
        Those of earlier calls, by the number of sequences.

    Returns
    -------
    value : float
    gradient : ndarray of shape (n_parameters,)
    """
    batch, objective = job
    n = batch[0].n_sequences
    value, gradient, tape = objective.value_and_gradient(
        weights, *batch, reuse=tapes.pop(n, None)
    )
    if len(tapes) == N_TAPES:
        tapes.pop(next(iter(tapes)))
    tapes[n] = tape
    return value, gradient


def _taken_from(batches):
    """Return a function from rows to the batch that begins with the first of them."""
    return lambda rows: batches[rows[0]]


def make_shards(objective, data, workers):
    """Return the `Shards` of a training set: remote workers have a kind of their own.

    The parameters are those of `Shards`.
    """
    return (workers.shards or Shards)(objective, data, workers)
