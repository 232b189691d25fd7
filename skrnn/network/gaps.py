"""Gaps: missing values take the last value that was seen."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skrnn.network.front import FrontBlock
from skrnn.sequences import Sequences

#: Size of marks and ages. As large as features they are learnt by heart where there are
#: few sequences; smaller ones are learnt too where they say something.
MARK = 0.1


@dataclass(frozen=True, eq=False)
class Gaps(FrontBlock):
    """Fills missing values, which are NaN, and says how old what fills them is.

    A missing feature takes the last value that was seen in its sequence, which fades to
    its mean; before the first one, its mean. k steps after x was seen it is
    ``mean + memory**k * (x - mean)``. Behind all columns stand those that it adds:

    - a mark for each feature that changes, `MARK` where it is missing, else 0;
    - how long ago each of them was last seen, `MARK` times its `age`; 0 where it is
      there. Before the first sight it is counted from the step before the sequence;
    - a mark for each feature that is constant in a sequence, 1 while it has not been
      seen. A value of the step before is as good as one of now.

    Parameters
    ----------
    n_in : int
        Number of columns of a step that it reads.
    columns : ndarray of int of shape (n_columns,)
        The columns with gaps; the others are left as they are.
    mean : ndarray of float64 of shape (n_columns,), or None
        What stands for values before the first; None for 0.
    constant : ndarray of bool of shape (n_columns,)
        Which of these columns are constant in each sequence.
    memory : ndarray of float64 of shape (n_columns,)
        What is left of the deviation from the mean after each step, from 0 to 1.
    """

    columns: np.ndarray
    mean: np.ndarray | None
    constant: np.ndarray
    memory: np.ndarray

    @property
    def n_out(self):
        """Number of columns of a step that it hands on."""
        n_constant = int(self.constant.sum())
        return self.n_in + 2 * (len(self.columns) - n_constant) + n_constant

    def forward(self, params, x, **options):
        """Fill the gaps: ``(params, x) -> (out, tape)``."""
        values = x.data[:, self.columns]
        last, since, steps = last_seen(x.lengths, np.isnan(values))
        first = self.first(values.dtype)
        filled = fade(carry(values, last, first), since, first, self.memory)
        columns = self._with_marks(x.data, filled, since, steps[:, np.newaxis])
        return x.replace(columns), (x.lengths, last, since)

    def backward(self, params, tape, d_out, *, input_gradient=True):
        """Backpropagate to the steps where values were seen: ``(d_x, {})``."""
        (lengths, last, since), d = tape, d_out.data
        n, n_columns = last.shape
        d_x = d[:, : self.n_in].copy()
        places = (last * n_columns + np.arange(n_columns))[last >= 0]
        d_last = d_x[:, self.columns] * left_after(since, self.memory, d.dtype)
        d_seen = np.bincount(places, d_last[last >= 0], n * n_columns)
        d_x[:, self.columns] = d_seen.reshape(n, n_columns)
        return Sequences(d_x, lengths), {}

    def start(self, n, dtype):
        """Return what is remembered of n streams before their first step.

        ``gaps.value`` is what each feature was when it was last seen, and
        ``gaps.since`` the number of steps since then.
        """
        shape = n, len(self.columns)
        return {
            "gaps.value": np.broadcast_to(self.first(np.dtype(dtype)), shape).copy(),
            "gaps.since": np.zeros(shape, np.int64),
        }

    def step(self, params, memory, x):
        """Fill the gaps of a step: ``(params, memory, x) -> (out, None, memory)``."""
        values = x[:, self.columns]
        is_missing = np.isnan(values)
        value = np.where(is_missing, memory["gaps.value"], values)
        since = np.where(is_missing, memory["gaps.since"] + 1, 0)
        filled = fade(value, since, self.first(x.dtype), self.memory)
        out = self._with_marks(x, filled, since, memory["steps"][:, np.newaxis])
        return out, None, {"gaps.value": value, "gaps.since": since}

    def _with_marks(self, x, filled, since, steps):
        """Return all columns: x filled, marks, ages, and marks of constant columns."""
        changing, constant = since[:, ~self.constant], since[:, self.constant]
        out = np.empty((len(x), self.n_out), x.dtype)
        out[:, : self.n_in] = x
        out[:, self.columns] = filled
        added, n = out[:, self.n_in :], changing.shape[1]
        added[:, :n] = MARK * (changing > 0)
        added[:, n : 2 * n] = MARK * age(changing)
        added[:, 2 * n :] = constant > steps
        return out

    def first(self, dtype):
        """Return what stands for values before the first one, in a type."""
        return self._means[dtype]

    @cached_property
    def _means(self):
        """The means in each type, as the input transform subtracts them."""
        mean = np.zeros(len(self.columns)) if self.mean is None else self.mean
        kinds = [np.dtype(kind) for kind in (np.float32, np.float64)]
        most = {kind: np.finfo(kind).max for kind in kinds}
        return {k: np.clip(mean, -most[k], most[k]).astype(k) for k in kinds}


def age(steps):
    """Return numbers of steps on a scale from 0 to 1: ``k / (k + 1)``.

    The first steps count most, and a gap that is longer than all in training is no
    number that the network has not seen.
    """
    return steps / (steps + 1.0)


def carry(values, last, first):
    """Return each value that was last seen, as `last_seen` says, or a first one."""
    carried = np.take_along_axis(values, last.clip(0), axis=0)
    return np.where(last >= 0, carried, first)


def fade(carried, since, first, memory):
    """Return what is left of values after some steps: they fade to the first ones.

    It is a mean of both, so that nothing overflows, and values that are as young as 0
    steps, or do not fade, are left as they are.
    """
    left = left_after(since, memory, carried.dtype)
    return np.where(carried == first, first, left * carried + (1 - left) * first)


def left_after(since, memory, dtype):
    """Return what part of a deviation from the mean is left after some steps."""
    left = np.ones(since.shape)
    np.power(memory, since, out=left, where=since > 0)
    return left.astype(dtype)


def last_seen(lengths, is_missing):
    """Return where each feature was last seen, how long ago, and the step of each row.

    Parameters
    ----------
    lengths : Lengths
        Of the sequences of a packed batch.
    is_missing : ndarray of bool of shape (n_rows, n_columns)
        Which values are missing.

    Returns
    -------
    rows : ndarray of int of shape (n_rows, n_columns)
        The row of the last value of the same sequence that is not missing, this row
        included; -1 where there is none.
    since : ndarray of int of shape (n_rows, n_columns)
        How many steps ago that was. Before the first sight it is counted from the step
        before the sequence.
    steps : ndarray of int of shape (n_rows,)
        The number of the step of each row.
    """
    steps = np.repeat(np.arange(len(lengths.sizes)), lengths.sizes)
    # One sequence after the other: there what was last seen is a running maximum.
    n_steps = lengths.longest_first
    first = (np.cumsum(n_steps) - n_steps)[lengths.ranks]
    place = first + steps
    seen = np.empty(is_missing.shape, np.intp)
    seen[place] = np.where(is_missing, -1, place[:, np.newaxis])
    seen = np.maximum.accumulate(seen, axis=0)[place]
    row_at = np.empty_like(place)
    row_at[place] = np.arange(len(place))
    rows = np.where(seen >= first[:, np.newaxis], row_at[seen], -1)
    seen_at = np.where(rows >= 0, steps[rows], -1)
    return rows, steps[:, np.newaxis] - seen_at, steps
