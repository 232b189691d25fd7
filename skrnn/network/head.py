"""Heads: from pooled features, or the states of every step, to scores."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skrnn.network.block import Block
from skrnn.sequences import Sequences
from skrnn.sequences.patches import put_in_patches, take_from_patches


@dataclass(frozen=True)
class Head(Block):
    """Base of the heads.

    Parameters
    ----------
    n_features : int
        Number of features that it reads.
    n_outputs : int
        Number of scores.
    patch_size : int, default=1
        Steps in a patch. Only a head of every step uses it, which has scores for each
        of them.
    """

    n_features: int
    n_outputs: int
    patch_size: int = 1

    #: Whether it makes scores of the states of every step, so that nothing is pooled:
    #: a `Sequences` comes in and goes out.
    per_step: ClassVar[bool] = False


class LinearHead(Head):
    """Linear layer, ``scores = pooled W^T + b``."""

    @property
    def shapes(self):
        """Shape of each parameter, by name."""
        return {"W": (self.n_outputs, self.n_features), "b": (self.n_outputs,)}

    def init(self, rng):
        """Return initial parameters: Glorot uniform weights, zero biases."""
        bound, shapes = np.sqrt(6.0 / (self.n_features + self.n_outputs)), self.shapes
        return {
            "W": rng.uniform(-bound, bound, shapes["W"]),
            "b": np.zeros(shapes["b"]),
        }

    def biases(self, params):
        """Return the biases, as a view."""
        return (params["b"],)

    def forward(self, params, pooled, **options):
        """Compute the scores: ``(params, pooled) -> (scores, tape)``."""
        return pooled @ params["W"].T + params["b"], pooled

    def backward(self, params, tape, d_scores, *, input_gradient=True):
        """Backpropagate: ``(params, tape, d_scores) -> (d_pooled, grads)``."""
        grads = {"W": d_scores.T @ tape, "b": d_scores.sum(axis=0)}
        return d_scores @ params["W"], grads


class StepHead(LinearHead):
    """Linear layer on the states of every step: ``scores_t = [h_t, beside] W^T + b``.

    What passed by the layers is the same at every step. Of a patch, which has one
    state, it makes the scores of each of its steps: those of the first step come first
    in W and b.
    """

    per_step: ClassVar[bool] = True

    @property
    def shapes(self):
        """Shape of each parameter, by name."""
        n_out = self.patch_size * self.n_outputs
        return {"W": (n_out, self.n_features), "b": (n_out,)}

    def forward(self, params, x, *, lengths, **options):
        """Compute the scores of every step: ``(params, x) -> (scores, tape)``.

        Parameters
        ----------
        params : dict of str to ndarray
            The parameters.
        x : Sequences
            The states.
        lengths : Lengths
            How many steps the sequences have.
        **options
            Not used.

        Returns
        -------
        scores : Sequences of n_outputs features
        tape : tuple
        """
        read = x.data
        if x.beside is not None:
            read = np.concatenate([read, x.broadcast(x.beside)], axis=1)
        scores, _ = super().forward(params, read)
        scores = take_from_patches(scores, lengths, self.patch_size)
        return Sequences(scores, lengths), (x, read)

    def backward(self, params, tape, d_scores, *, input_gradient=True):
        """Backpropagate: ``(params, tape, d_scores) -> (d_x, grads)``."""
        x, read = tape
        d_scores = put_in_patches(d_scores, self.patch_size).data
        d_read, grads = super().backward(params, read, d_scores)
        n_units = x.data.shape[1]
        d_x = Sequences(d_read[:, :n_units], x.lengths)
        if x.beside is not None:
            d_x.beside = x.replace(d_read[:, n_units:]).reduce(np.add)
        return d_x, grads


#: The heads by name.
HEADS: dict[str, type[Head]] = {"linear": LinearHead, "steps": StepHead}
