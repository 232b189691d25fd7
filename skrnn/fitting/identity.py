"""Identity of a fit: what two must have in common to be the same."""

import json
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np

from skrnn.utils.version import __version__

#: Changes with what is written down of a fit.
FORMAT = 1
#: Parameters that change no number.
NO_MATTER = ("client", "n_jobs", "verbose", "warm_start")


@dataclass(frozen=True, eq=False)
class Identity:
    """What two fits must have in common for one to go on where the other was.

    Attributes
    ----------
    estimator : estimator
        Whose fit it is, with what is left of an earlier fit.
    problem : Problem
        What it learns.
    warm : bool
        Whether it begins with the weights of the earlier fit.
    """

    estimator: object
    problem: object
    warm: bool

    @cached_property
    def parts(self):
        """Everything by its name, a dict of texts and of dicts of texts."""
        estimator = self.estimator
        parameters = estimator.get_params(deep=False)
        return {
            "version": f"{__version__}, format {FORMAT}",
            "estimator": type(estimator).__name__,
            "parameters": {
                name: _text(value)
                for name, value in parameters.items()
                if name not in NO_MATTER and value is not None
            },
            "data": digest_of_problem(self.problem),
            "begun": _digest_of_begun(estimator) if self.warm else "",
        }

    @property
    def file_name(self):
        """Name of the file for this fit in a folder for many."""
        digest = blake2b(json.dumps(self.parts).encode(), digest_size=12).hexdigest()
        return f"{self.parts['estimator']}-{digest}.npz"

    def check(self, found, path):
        """Raise ValueError if a checkpoint is not of this fit.

        Parameters
        ----------
        found : dict
            The `parts` of the checkpoint.
        path : path-like
            Where it was found.
        """
        for name, message in {
            "version": "it is of skrnn {found[version]}, and this is {version}",
            "estimator": "it is of {found[estimator]}, not of {estimator}",
            "data": "X, y, the weights or the groups differ from those that it is of",
            "begun": "its fit began with other weights, those of an earlier fit",
        }.items():
            if found.get(name) != self.parts[name]:
                reason = message.format(found=found, **self.parts)
                raise ValueError(refused(path, reason))
            if name == "estimator":
                self._check_parameters(found["parameters"], path)

    def _check_parameters(self, found, path):
        own = self.parts["parameters"]
        for name in sorted({*own, *found}):
            if own.get(name) != found.get(name):
                reason = f"{name} was {found.get(name)}, and is {own.get(name)}"
                raise ValueError(refused(path, reason))


def refused(path, reason):
    """Return the message where a fit cannot go on from a checkpoint."""
    return (
        f"The fit cannot go on from {str(path)!r}: {reason}. Set what differs back, or "
        "fit without resume_from."
    )


def digest_of_problem(problem):
    """Return a text that tells the data of a fit, in any order, from others."""
    found = blake2b(problem.fingerprint, digest_size=16)
    y, weight = problem.scored(problem.rows)
    groups = [] if problem.groups is None else [problem.groups[problem.rows]]
    for values in (y, weight, *groups):
        found.update(np.ascontiguousarray(values).data)
    known = {**problem.X.format.attributes_of_network, **problem.fitted}
    known["dtype"] = problem.X.dtype
    for name, value in known.items():
        found.update(f"{name}={_text(value)};".encode())
    return found.hexdigest()


def _digest_of_begun(estimator):
    """Return a text that tells what an earlier fit has left from anything else."""
    found = blake2b(estimator.weights_.tobytes(), digest_size=16)
    for state in estimator.optimizer_state_.values():
        for value in state.values():
            found.update(np.asarray(value).tobytes())
    found.update(f"{estimator.t_} {estimator.loss_curve_}".encode())
    return found.hexdigest()


def _text(value):
    """Return a parameter or fitted attribute as text, the same for the same value."""
    if isinstance(value, np.ndarray):
        return f"array({value.tolist()!r})"
    if isinstance(value, list | tuple):
        return f"{type(value).__name__}({', '.join(map(_text, value))})"
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.random.RandomState):
        return "RandomState"
    return repr(value)
