"""Facts: static features, which the head reads past the layers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skrnn.network.front import FrontBlock
from skrnn.network.input import InputTransform
from skrnn.sequences import Sequences


@dataclass(frozen=True, eq=False)
class Facts(FrontBlock):
    """Takes columns out of all steps, and hands those of the last step to the head.

    They are constant in a sequence, so that any step would do. The last one is what a
    stream has come to know: where the first steps have gaps, it has what was seen.

    Parameters
    ----------
    n_in : int
        Number of columns of a step that it reads.
    columns : ndarray of int of shape (n_columns,)
        The columns that it takes out, in the order in which the head reads them.
    mean, scale : ndarray of float64 of shape (n_columns,), or None
        What is subtracted from each of them, and what it is divided by; None for no
        scaling.
    names : tuple of str
        The name of each.
    """

    columns: np.ndarray
    mean: np.ndarray | None
    scale: np.ndarray | None
    names: tuple[str, ...]

    @property
    def n_out(self):
        """Number of columns of a step that it hands on."""
        return self.n_in - len(self.columns)

    @property
    def names_beside(self):
        """Names of the facts."""
        return self.names

    def forward(self, params, x, *, dtype=None, **options):
        """Take the columns out: ``(params, x) -> (out, tape)``."""
        out = x.replace(x.data[:, self.others])
        facts = x.data[x.lengths.final_rows][:, self.columns]
        facts = self._scaling.scaled(facts, dtype)
        out.beside = facts if x.beside is None else np.hstack([x.beside, facts])
        return out, x.lengths

    def backward(self, params, tape, d_out, *, input_gradient=True):
        """Backpropagate, to the last step: ``(params, tape, d_out) -> (d_x, {})``."""
        n = len(self.columns)
        d_facts, d_beside = d_out.beside[:, -n:], d_out.beside[:, :-n]
        if self.scale is not None:
            d_facts = d_facts / self.scale.astype(d_facts.dtype)
        d_x = np.zeros((len(d_out.data), self.n_in), d_out.data.dtype)
        d_x[:, self.others] = d_out.data
        d_x[tape.final_rows[:, np.newaxis], self.columns] = d_facts
        return Sequences(d_x, tape, beside=d_beside), {}

    def step(self, params, memory, x):
        """Take them out of a step: ``(params, memory, x) -> (out, facts, {})``."""
        return x[:, self.others], self._scaling.scaled(x[:, self.columns]), {}

    @cached_property
    def others(self):
        """The columns that it hands on, ndarray of int."""
        return np.setdiff1d(np.arange(self.n_in), self.columns)

    @cached_property
    def _scaling(self):
        return InputTransform(mean=self.mean, scale=self.scale)
