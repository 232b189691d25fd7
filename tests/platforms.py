"""What a test needs of the system, by its marks."""

import sys

import numpy as np

#: Of a longdouble that is no wider than a float64, as on Windows, none is beyond it.
WIDE = bool(np.finfo(np.longdouble).max > np.finfo(np.float64).max)

#: Marks, which pyproject.toml explains, and whether a system can run what has them.
SYSTEMS = {
    "linux": lambda system: system == "linux",
    "posix": lambda system: system != "win32",
}


def missing(marks, system=sys.platform):
    """Return why a test with these marks cannot be run on a system, or None."""
    for mark, has in SYSTEMS.items():
        if mark in marks and not has(system):
            return f"needs {mark}, and this is {system}"
    return None
