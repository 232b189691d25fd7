"""Embedding: a learned vector for each category, in the place of its code."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from skrnn.network.front import FrontBlock
from skrnn.sequences import Sequences

#: Code of the categories that are unknown or rare: they share the first row of a table.
UNKNOWN = 0
#: Initial numbers are uniform up to this, and so have a variance of one, as features on
#: their scale have.
BOUND = np.sqrt(3.0)


@dataclass(frozen=True, eq=False)
class Embedding(FrontBlock):
    """Replaces codes of categories by rows of tables that are learnt.

    ``e_t = E[code_t]``, for each column of codes by a table of its own. The columns of
    codes are taken out, and their vectors stand behind the columns that are left.

    Parameters
    ----------
    n_in : int
        Number of columns of a step.
    columns : tuple of int
        Which of them are codes: whole numbers from 0.
    n_rows : tuple of int
        Number of rows of each table: one for each category, and the first one.
    sizes : tuple of int
        Number of columns of each table.
    """

    columns: tuple[int, ...]
    n_rows: tuple[int, ...]
    sizes: tuple[int, ...]

    @property
    def numeric(self):
        """The columns that are left as they are, a list of int."""
        return [k for k in range(self.n_in) if k not in self.columns]

    @property
    def n_out(self):
        """Number of columns that are left, and of the vectors."""
        return self.n_in - len(self.columns) + sum(self.sizes)

    @property
    def places(self):
        """Where the vector of each column of codes stands, a list of slices."""
        edges = np.cumsum([self.n_in - len(self.columns), *self.sizes]).tolist()
        return [slice(*edge) for edge in pairwise(edges)]

    @property
    def names(self):
        """Names of the tables."""
        n = len(self.columns)
        return ("weight",) if n == 1 else tuple(f"{k}.weight" for k in range(n))

    @property
    def shapes(self):
        """Shape of each table, by name."""
        shapes = zip(self.n_rows, self.sizes, strict=True)
        return dict(zip(self.names, shapes, strict=True))

    def init(self, rng):
        """Return initial tables: uniform, of mean 0 and variance 1.

        What is unknown begins as their mean, and stays that where nothing is rare.
        """
        tables = {}
        for name, shape in self.shapes.items():
            tables[name] = rng.uniform(-BOUND, BOUND, shape)
            tables[name][UNKNOWN] = 0.0
        return tables

    def biases(self, params):
        """Return all tables: a penalty would move categories that are not in a batch.

        That would cost time for each of them, and would pull what is seldom seen to
        zero.
        """
        return tuple(params.values())

    def forward(self, params, x, **options):
        """Look up the vectors: ``(params, x) -> (out, tape)``."""
        return x.replace(self.embed(params, x.data)), x

    def backward(self, params, tape, d_out, *, input_gradient=True):
        """Backpropagate: ``(params, tape, d_out) -> (d_in, grads)``.

        A code has no slope: its gradient is zero.
        """
        data, grads = tape.data, {}
        each = zip(self.names, self.columns, self.places, strict=True)
        for name, column, place in each:
            codes = data[:, column].astype(np.intp)
            shape = params[name].shape
            grads[name] = _sum_rows(codes, d_out.data[:, place], shape)
        if not input_gradient:
            return None, grads
        d_x = np.zeros((len(data), self.n_in), d_out.data.dtype)
        d_x[:, self.numeric] = d_out.data[:, : self.n_in - len(self.columns)]
        return Sequences(d_x, d_out.lengths, beside=d_out.beside), grads

    def step(self, params, memory, x):
        """Look up the vectors of a step: ``(params, memory, x) -> (out, None, {})``."""
        return self.embed(params, x), None, {}

    def embed(self, params, data):
        """Return the columns that are left and the vectors, (n, n_out).

        Parameters
        ----------
        params : dict of str to ndarray
            The tables.
        data : ndarray of shape (n, n_in)
            Numbers and codes.
        """
        tables = [params[name] for name in self.names]
        out = np.empty((len(data), self.n_out), np.result_type(data, *tables))
        out[:, : self.n_in - len(self.columns)] = data[:, self.numeric]
        for table, column, place in zip(tables, self.columns, self.places, strict=True):
            out[:, place] = table.take(data[:, column].astype(np.intp), axis=0)
        return out

    def narrow(self, batches):
        """Return what of the tables some batches read.

        Parameters
        ----------
        batches : list of Sequences
            Their columns are those of this block.

        Returns
        -------
        block : Embedding
            One whose tables have the rows that are read, and no others.
        rows : list of ndarray of int
            These rows of each table, in ascending order.
        batches : list of Sequences
            With the codes of that block.
        """
        data = np.concatenate([x.data for x in batches])
        rows = []
        for column in self.columns:
            found, codes = np.unique(data[:, column], return_inverse=True)
            rows.append(found.astype(np.intp))
            data[:, column] = codes
        block = replace(self, n_rows=tuple(map(len, rows)))
        parts = np.split(data, np.cumsum([len(x.data) for x in batches])[:-1])
        pairs = zip(batches, parts, strict=True)
        return block, rows, [x.replace(part) for x, part in pairs]


def _sum_rows(codes, d_rows, shape):
    """Return the sum of the rows of each code, ndarray of a shape.

    One by one, numbers are added several times faster than as rows.
    """
    n_columns, total = shape[1], np.zeros(shape, d_rows.dtype)
    places = codes[:, np.newaxis] * n_columns + np.arange(n_columns)
    np.add.at(total.reshape(-1), places.ravel(), d_rows.ravel())
    return total
