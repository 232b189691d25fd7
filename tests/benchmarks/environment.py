"""What a benchmark ran on: the processor, and the versions of the libraries."""

import platform
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from threadpoolctl import threadpool_info

LIBRARIES = ("scikit-learn", "torch", "skorch", "jax", "keras", "onnxruntime")
#: What NumPy calls sets of instructions in newer versions, and all others do.
LEVELS = {"X86_V2": "SSE4.2", "X86_V3": "AVX2", "X86_V4": "AVX-512", "ASIMD": "NEON"}


def describe():
    """Return a few lines on the processor and the libraries."""
    found = np.show_config(mode="dicts").get("SIMD Extensions", {})
    names = [*found.get("baseline", ()), *found.get("found", ())]
    simd = [f"{name} ({LEVELS[name]})" if name in LEVELS else name for name in names]
    versions = {name: _version(name) for name in LIBRARIES}
    others = [f"{name} {number}" for name, number in versions.items() if number]
    lines = [
        f"processor: {platform.machine()}, {', '.join(simd) or 'SIMD unknown'}",
        f"Python {platform.python_version()}, NumPy {np.__version__} with {_blas()}",
        ", ".join(others),
    ]
    if versions["torch"]:
        import torch

        capability = torch.backends.cpu.get_cpu_capability()
        lines.append(f"PyTorch computes with {capability}")
    return "\n".join(lines)


def _version(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _blas():
    """Return name, version and kernels of the BLAS that NumPy has loaded."""
    for library in threadpool_info():
        if library["user_api"] == "blas" and "numpy" in library["filepath"]:
            kernels = library.get("architecture", "kernels unknown")
            return f"{library['internal_api']} {library['version']} ({kernels})"
    build = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return f"{build.get('name', 'a BLAS')} {build.get('version', '')}".strip()
