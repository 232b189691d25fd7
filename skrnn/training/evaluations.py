"""Evaluations of an objective, written down so that a search can be repeated."""

from hashlib import blake2b

import numpy as np

#: Bytes by which a point is told from another.
DIGEST = 16


class Evaluations:
    """Values and gradients of an objective at the points that a search asked for.

    SciPy keeps what L-BFGS knows of the curvature to itself. But a search that gets the
    same answers asks the same questions: so one that was interrupted is repeated from
    its answers, which costs no pass over the data, and goes on from where it was.

    Parameters
    ----------
    earlier : dict, optional
        What `record` of an earlier search returned.
    keep : bool, default=False
        Whether to write down what is new.
    """

    def __init__(self, earlier=None, keep=False):
        names = ("points", "values", "gradients")
        self._kept = {name: list(earlier[name]) if earlier else [] for name in names}
        self._n_asked, self._keep = 0, keep

    @property
    def are_left(self):
        """Whether there are answers that the search has not asked for yet."""
        return self._n_asked < len(self._kept["values"])

    def repeat(self, point):
        """Return the value and the gradient that are next.

        Raises
        ------
        ValueError
            If the search has asked for another point.
        """
        k = self._n_asked
        if _digest(point).tobytes() != self._kept["points"][k].tobytes():
            raise ValueError(
                f"L-BFGS cannot go on from its checkpoint here: evaluation {k + 1} is "
                "at other weights than it was there, as happens with another processor "
                "or version of SciPy. Fit without resume_from."
            )
        self._n_asked += 1
        return float(self._kept["values"][k]), self._kept["gradients"][k].copy()

    def add(self, point, value, gradient):
        """Write down an answer."""
        if not self._keep:
            return
        self._n_asked += 1
        new = {"points": _digest(point), "values": value, "gradients": gradient.copy()}
        for name, answer in new.items():
            self._kept[name].append(answer)

    def record(self):
        """Return all that was written down, a dict of arrays."""
        return {name: np.array(kept) for name, kept in self._kept.items()}


def _digest(point):
    found = blake2b(point.tobytes(), digest_size=DIGEST).digest()
    return np.frombuffer(found, np.uint8)
