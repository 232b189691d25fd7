"""Outputs of a network that are explained, with their gradients."""

from collections.abc import Hashable
from dataclasses import dataclass
from numbers import Integral

import numpy as np

from skrnn.validation.arrays import as_array

SCORE, PROBABILITY = "score", "probability"
TARGET = "target"


@dataclass(frozen=True, eq=False)
class Outputs:
    """One output of a network for each sequence, as a function of its raw scores.

    Parameters
    ----------
    kind : {"score", "probability"}
        What of the output.
    loss : Loss
        What the raw scores mean.
    codes : ndarray of int of shape (n,)
        For each sequence the number of its class, label or target.
    names : list
        What each number stands for.
    units : ndarray of float64 of shape (n_names,) or None
        What decoding multiplies the predictions of a regressor with.
    what : {"class", "label", "target"}
        What the names are.
    """

    kind: str
    loss: object
    codes: np.ndarray
    names: list
    units: np.ndarray | None
    what: str

    @property
    def exclusive(self):
        """Whether each sequence has one of the names."""
        return self.what == "class"

    def value(self, scores, rows):
        """Compute the outputs, ndarray of shape (n_rows,), of raw scores."""
        codes = self.codes[rows, np.newaxis]
        if self.what == TARGET:
            decided = self.loss.decide(scores).reshape(scores.shape)
            scores = decided.astype(scores.dtype, copy=False)
        elif self.kind == PROBABILITY:
            scores = self.loss.probabilities(scores)
        elif self.exclusive and scores.shape[1] == 1:
            scores = np.concatenate([-scores, scores], axis=1)
        return np.take_along_axis(scores, codes, axis=1)[:, 0]

    def gradient(self, scores, rows):
        """Compute the gradient of the outputs in the raw scores of some sequences.

        Parameters
        ----------
        scores : ndarray of shape (n_rows, n_scores)
            Their raw scores.
        rows : ndarray of int of shape (n_rows,)
            Which sequences.

        Returns
        -------
        ndarray of shape (n_rows, n_scores)
        """
        codes = self.codes[rows, np.newaxis]
        if self.what == TARGET:
            return self.loss.gradient_of_prediction(scores, codes)
        if self.exclusive and scores.shape[1] == 1:
            chosen = 2 * codes - 1
        else:
            chosen = codes == np.arange(scores.shape[1])
        if self.kind == SCORE:
            return chosen.astype(scores.dtype)
        # The loss is -log p: of a class, or of several labels the sum, in which each
        # has a score of its own.
        target = codes[:, 0] if self.exclusive else np.ones(scores.shape)
        _, d_scores = self.loss.value_and_gradient(scores, target)
        p = np.take_along_axis(self.loss.probabilities(scores), codes, axis=1)
        return -p * (d_scores if self.exclusive else chosen * d_scores)

    def in_units(self, i, values):
        """Return values for one sequence in the units of the user's targets."""
        return values if self.units is None else values * self.units[self.codes[i]]


def choose_outputs(estimator, target, kind, n, scores):
    """Settle which output is explained for each of n sequences.

    Parameters
    ----------
    estimator : estimator
        A fitted classifier or regressor of skrnn.
    target : object
        What the user asked for: None, one class label, label number or target number,
        or one for each sequence.
    kind : {"score", "probability"}
        What of the output.
    n : int
        Number of sequences.
    scores : callable
        Gives their raw scores; asked where the predicted class is to be known.

    Returns
    -------
    Outputs
    """
    loss = estimator._loss
    what, names = _meaning(estimator)
    if what == TARGET and kind == PROBABILITY:
        raise ValueError(
            f"output='probability' is for classifiers: {type(estimator).__name__} "
            "predicts numbers. Leave output at 'score'."
        )
    if target is None and what == "class":
        codes = loss.decide(scores())
    elif target is None and len(names) == 1:
        codes = np.zeros(n, np.intp)
    else:
        codes = _codes_of(type(estimator).__name__, target, what, names, n)
    units = loss.units(estimator._target_scale) if what == TARGET else None
    return Outputs(kind, loss, codes, names, units, what)


def _meaning(estimator):
    """Return what the outputs stand for, and the name of each."""
    if not hasattr(estimator, "classes_"):
        return TARGET, list(range(estimator.architecture_["n_outputs"]))
    kind = "label" if estimator.multilabel_ else "class"
    return kind, estimator.classes_.tolist()


def _codes_of(name, target, what, names, n):
    if target is None:
        raise ValueError(
            f"{name} was fitted on {len(names)} {what}s, and target does not say which "
            f"of them to explain. Pass the number of one, from 0 to {len(names) - 1}, "
            "or one for each sequence."
        )
    given = as_array(target, "target")
    if given.shape not in ((), (n,)):
        raise ValueError(
            f"target must be one {what}, or one for each of the {n} sequences of X: "
            f"got an array of shape {given.shape}."
        )
    code_of = {known: code for code, known in enumerate(names)}
    given = np.broadcast_to(given, n).tolist()
    for one in given:
        known = isinstance(one, Hashable) and one in code_of
        if not known or not (what == "class" or _is_number(one)):
            raise ValueError(
                f"target={one!r} is no {what} of this {name}: it must be one of "
                f"{names}."
            )
    return np.array([code_of[one] for one in given])


def _is_number(value):
    return isinstance(value, Integral) and not isinstance(value, bool)
