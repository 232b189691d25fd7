"""What a test needs of the system, by its marks."""

import sys

import numpy as np
from threadpoolctl import ThreadpoolController

#: Of a longdouble that is no wider than a float64, as on Windows, none is beyond it.
WIDE = bool(np.finfo(np.longdouble).max > np.finfo(np.float64).max)


def has_blas_threads():
    """Return whether threadpoolctl knows the BLAS: it does not know Accelerate."""
    return bool(ThreadpoolController().select(user_api="blas").lib_controllers)


#: Marks, which pyproject.toml explains, and whether a system can run what has them.
SYSTEMS = {
    "blas_threads": lambda system: system != "darwin" or has_blas_threads(),
    "linux": lambda system: system == "linux",
    "posix": lambda system: system != "win32",
}


def missing(marks, system=sys.platform):
    """Return why a test with these marks cannot be run on a system, or None."""
    for mark, has in SYSTEMS.items():
        if mark in marks and not has(system):
            return f"needs {mark}, and this is {system}"
    return None
