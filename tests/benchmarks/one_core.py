"""Holds every library to one thread on one core; import it before any of them.

A BLAS reads how many threads it may have when it is loaded, and threads that have been
started by then are not held to the core. Where the environment names cores, as in
``BENCHMARK_CORES=0,1``, those are used instead of one; the BLAS of NumPy keeps to one
thread all the same, as skrnn holds it to.
"""

import os

for name in ("OPENBLAS", "MKL", "OMP"):
    os.environ[f"{name}_NUM_THREADS"] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
os.environ["JAX_PLATFORMS"] = "cpu"

#: The cores that this process was given when it started.
CORES = list(range(os.cpu_count() or 1))
if hasattr(os, "sched_setaffinity"):
    CORES = sorted(os.sched_getaffinity(0))
    named = os.environ.get("BENCHMARK_CORES")
    os.sched_setaffinity(0, map(int, named.split(",")) if named else CORES[-1:])
