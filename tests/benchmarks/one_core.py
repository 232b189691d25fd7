"""Holds every library to one thread on one core; import it before any of them.

A BLAS reads how many threads it may have when it is loaded, and threads that have been
started by then are not held to the core.
"""

import os

for name in ("OPENBLAS", "MKL", "OMP"):
    os.environ[f"{name}_NUM_THREADS"] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
os.environ["JAX_PLATFORMS"] = "cpu"
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
