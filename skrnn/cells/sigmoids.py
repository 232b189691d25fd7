"""Sigmoids of many gates at once, by what the processor computes fastest.

NumPy has a loop of its own for each processor and type, and what is cheap differs:

- with AVX-512, float32 has a tanh that costs less than exp;
- in float64, and with AVX2, exp costs half of tanh, or as much at worst;
- where NumPy has no vector loop for exp, as on ARM, tanh is the safe choice.

Which loop it is follows from the processor and the version of NumPy alone, so that
numbers are the same in every run on a machine.
"""

from abc import ABC, abstractmethod

import numpy as np
from numpy.lib.introspect import opt_func_info


class Sigmoids(ABC):
    """One way to compute sigmoids, in place.

    Parameters
    ----------
    dtype : dtype
        The type of the computation.

    Attributes
    ----------
    factor : float
        What the pre-activations of sigmoids are multiplied with beforehand, in the
        weights.
    """

    factor: float

    @abstractmethod
    def compute(self, z):
        """Compute sigmoids of what was multiplied with `factor`."""

    @abstractmethod
    def compute_gates(self, z, sigmoids, tanh):
        """Compute the sigmoids in the first rows of z, and tanh in the others.

        Parameters
        ----------
        z : ndarray of shape (n_rows, size)
            All rows.
        sigmoids, tanh : ndarray of shape (n, size)
            The two parts of it, as views.
        """


class SigmoidsByTanh(Sigmoids):
    """``sigmoid(z) = (1 + tanh(z / 2)) / 2``, so that one tanh serves all gates."""

    factor = 0.5

    def __init__(self, dtype):
        self._half = np.asarray(0.5, dtype)

    def compute(self, z):
        """Compute sigmoids, in place."""
        np.tanh(z, z)
        np.multiply(z, self._half, z)
        np.add(z, self._half, z)

    def compute_gates(self, z, sigmoids, tanh):
        """Compute sigmoids and tanh, in place."""
        np.tanh(z, z)
        np.multiply(sigmoids, self._half, sigmoids)
        np.add(sigmoids, self._half, sigmoids)


class SigmoidsByExp(Sigmoids):
    """``sigmoid(z) = 1 / (1 + exp(-z))``, where infinity may come and goes again."""

    factor = -1.0

    def __init__(self, dtype):
        self._one = np.asarray(1.0, dtype)

    def compute(self, z):
        """Compute sigmoids, in place."""
        np.exp(z, z)
        np.add(z, self._one, z)
        np.divide(self._one, z, z)

    def compute_gates(self, z, sigmoids, tanh):
        """Compute sigmoids and tanh, in place."""
        np.tanh(tanh, tanh)
        self.compute(sigmoids)


def choose_sigmoids(dtype, loops=None):
    """Return the way that is fastest on this processor.

    Parameters
    ----------
    dtype : dtype
        The type of the computation.
    loops : dict, optional
        By the signature of each loop of exp, "ff" or "dd", the name of the vector units
        that it is made for, as `numpy.lib.introspect.opt_func_info` has it.

    Returns
    -------
    Sigmoids
    """
    if loops is None:
        # Nothing is there in a NumPy that is built without such loops.
        loops = opt_func_info(func_name="^exp$").get("exp", {})
    units = loops.get(2 * np.dtype(dtype).char, {}).get("current", "baseline")
    has_avx512 = "AVX512" in units or "X86_V4" in units
    has_avx2 = "AVX2" in units or "X86_V3" in units
    by_exp = has_avx2 or (has_avx512 and np.dtype(dtype) == np.float64)
    is_known = by_exp and "baseline" not in units
    return (SigmoidsByExp if is_known else SigmoidsByTanh)(dtype)


#: For a function that computes sigmoids: infinity, or zero, on the way is no mistake.
EXTREMES_QUIETLY = np.errstate(over="ignore", under="ignore")

#: The way that is taken, in each type of computation.
SIGMOIDS = {np.dtype(kind): choose_sigmoids(kind) for kind in (np.float32, np.float64)}
