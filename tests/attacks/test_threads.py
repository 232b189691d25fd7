"""Neither workers nor threads of the BLAS change a bit, and none is left changed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.attacks.threads import CASES, WAYS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def found():
    """Give what a process with two threads of the BLAS has found."""
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    run = subprocess.run(
        [sys.executable, "-m", "tests.attacks.threads"],
        cwd=ROOT,
        env={**os.environ, **dict.fromkeys(names, "2")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


@pytest.mark.parametrize(("n_jobs", "n_threads"), WAYS[1:])
@pytest.mark.parametrize("case", CASES)
def test_workers_and_threads_of_the_blas_change_no_bit(found, case, n_jobs, n_threads):
    expected, came = found[f"{case}/1/1"], found[f"{case}/{n_jobs}/{n_threads}"]
    differ = [name for name in expected if came[name] != expected[name]]
    assert not differ, (
        f"{', '.join(differ)} of {case!r} differ with n_jobs={n_jobs} and {n_threads} "
        "thread(s) of the BLAS from those with one of each"
    )


@pytest.mark.parametrize("how", ["overlap", "failure"])
def test_fits_that_overlap_leave_the_blas_its_threads(found, how):
    assert found[how]["met"], "the two fits did not overlap"
    assert found[how]["after"] == found[how]["before"]
