"""Sigmoids: both ways to compute them, and which of them is taken."""

import subprocess
import sys
import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skrnn.cells import CELLS, sigmoids
from skrnn.cells.sigmoids import (
    EXTREMES_QUIETLY,
    SIGMOIDS,
    SigmoidsByExp,
    SigmoidsByTanh,
    choose_sigmoids,
)
from skrnn.sequences import Sequences, pack
from tests.network.problem import Problem

SINGLE, DOUBLE = np.dtype("float32"), np.dtype("float64")
both_ways = pytest.mark.parametrize("way", [SigmoidsByTanh, SigmoidsByExp])
both_types = pytest.mark.parametrize("dtype", [SINGLE, DOUBLE], ids=str)
with_gates = pytest.mark.parametrize("cell", ["lstm", "gru"])


def take(monkeypatch, way):
    """Let cells compute sigmoids in one way."""
    for dtype in (SINGLE, DOUBLE):
        monkeypatch.setitem(SIGMOIDS, dtype, way(dtype))


def compute(way, z):
    """Return sigmoids as cells compute them: with the factor in the weights."""
    gates, z = way(z.dtype), z.reshape(1, -1)
    found, rows = z * gates.factor, np.vstack([z * gates.factor, z])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        EXTREMES_QUIETLY(gates.compute)(found)
        EXTREMES_QUIETLY(gates.compute_gates)(rows, rows[:1], rows[1:])
    assert found.dtype == rows.dtype == z.dtype
    assert_array_equal(rows[:1], found)
    assert_array_equal(rows[1:], np.tanh(z))
    return found[0]


def exact(z):
    """Return sigmoids of float64 with some digits to spare, where they do exist."""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z.astype(np.longdouble)))


@both_ways
@both_types
def test_they_are_right_to_a_few_units_in_the_last_place(way, dtype):
    rng, eps = np.random.default_rng(0), np.finfo(dtype).eps
    z = np.concatenate([np.linspace(-120, 120, 4801), 3 * rng.normal(size=4000)])
    z = z.astype(dtype)
    found = compute(way, z)
    assert_allclose(found, exact(z), rtol=0, atol=1.5 * eps)
    assert ((found >= 0) & (found <= 1)).all()
    if way is SigmoidsByExp:
        # Small ones too have all their digits.
        assert_allclose(found, exact(z), rtol=6 * eps, atol=np.finfo(dtype).tiny)


@both_ways
@both_types
def test_they_are_the_limits_at_extremes(way, dtype):
    most = float(np.finfo(dtype).max)
    large = np.array([1e3, 1e30, most / 4, np.inf], dtype)
    assert_array_equal(compute(way, large), np.ones(4, dtype), strict=True)
    assert_array_equal(compute(way, -large), np.zeros(4, dtype), strict=True)
    small = float(np.finfo(dtype).smallest_subnormal)
    near = np.array([0.0, -0.0, small, -small, 9 * small, -9 * small], dtype)
    assert_array_equal(compute(way, near), np.full(6, 0.5, dtype), strict=True)
    found = compute(way, np.array([np.nan, 0.0, -np.inf, np.nan], dtype))
    assert_array_equal(found, np.array([np.nan, 0.5, 0.0, np.nan], dtype))


@both_ways
@both_types
@with_gates
def test_cells_warn_of_nothing(cell, way, dtype, monkeypatch):
    take(monkeypatch, way)
    cell, rng = CELLS[cell](2, 3), np.random.default_rng(0)
    params = {name: values.astype(dtype) for name, values in cell.init(0).items()}
    sizes = np.array([1.0, 1e2, 1e4, 1e30])[:, np.newaxis, np.newaxis]
    x = pack((sizes * rng.choice([-1.0, 1.0], (4, 5, 2))).astype(dtype))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        out, tape = cell.forward(params, x)
        d_out = Sequences(np.ones_like(out.data), x.lengths)
        d_x, grads = cell.backward(params, tape, d_out, input_gradient=True)
        assert np.geterr()["over"] == "warn"
        # Not either where all that NumPy can tell is an error.
        with np.errstate(all="raise"):
            cell.forward(params, x)
    assert (np.abs(out.data) <= (5 if cell == "lstm" else 1)).all()
    for values in (out.data, d_x.data, *grads.values()):
        assert np.isfinite(values).all()


@both_types
@with_gates
@pytest.mark.parametrize("layout", [(5, 5, 5), (6, 4, 1, 6), (1,)], ids=str)
def test_cells_do_the_same_both_ways(cell, dtype, layout, monkeypatch):
    cell, rng, found = CELLS[cell](2, 3), np.random.default_rng(0), []
    x = pack([rng.normal(size=(n, 2)).astype(dtype) for n in layout])
    params = {
        name: rng.normal(size=shape).astype(dtype)
        for name, shape in cell.shapes.items()
    }
    d_out = x.replace(rng.normal(size=(len(x.data), 3)).astype(dtype))
    for way in (SigmoidsByTanh, SigmoidsByExp):
        take(monkeypatch, way)
        out, tape = cell.forward(params, x)
        d_x, grads = cell.backward(params, tape, d_out, input_gradient=True)
        found.append([out.data.copy(), d_x.data, *grads.values()])
        # They are those of single steps, which have their own sigmoids.
        first = x.lengths.sizes[0]
        h, *_ = cell.step(params, x.data[:first], cell.initial_state(first))
        assert_allclose(out.data[:first], h, rtol=0, atol=8 * np.finfo(dtype).eps)
    for one, other in zip(*found, strict=True):
        eps = np.finfo(dtype).eps
        assert_allclose(one, other, rtol=0, atol=64 * eps * np.abs(one).max())


@both_ways
@with_gates
@pytest.mark.parametrize("direction", ["uni", "bi"])
@pytest.mark.parametrize("lengths", ["rectangular", "ragged"])
def test_gradients(cell, way, direction, lengths, monkeypatch):
    take(monkeypatch, way)
    problem = Problem(cell, 3, direction, "concat", lengths, rates=(0.3, 0.3))
    assert max(problem.errors()) < 1e-6


#: What NumPy calls its loops, and the way that is fastest in float32 and float64.
LOOPS = {
    "AVX512_SKX": (SigmoidsByTanh, SigmoidsByExp),
    "AVX512F": (SigmoidsByTanh, SigmoidsByExp),
    "X86_V4": (SigmoidsByTanh, SigmoidsByExp),
    "FMA3__AVX2": (SigmoidsByExp, SigmoidsByExp),
    "X86_V3": (SigmoidsByExp, SigmoidsByExp),
    "baseline(SSE SSE2 SSE3)": (SigmoidsByTanh, SigmoidsByTanh),
    "baseline(X86_V2)": (SigmoidsByTanh, SigmoidsByTanh),
    "baseline(NEON NEON_FP16 NEON_VFPV4 ASIMD)": (SigmoidsByTanh, SigmoidsByTanh),
    "VSX9": (SigmoidsByTanh, SigmoidsByTanh),
    "": (SigmoidsByTanh, SigmoidsByTanh),
}


@pytest.mark.parametrize("name", LOOPS)
def test_the_way_follows_from_the_loop(name):
    ways = zip((SINGLE, DOUBLE), ("ff", "dd"), LOOPS[name], strict=True)
    for dtype, signature, way in ways:
        loops = {signature: {"current": name, "available": f"{name} baseline(SSE)"}}
        assert type(choose_sigmoids(dtype, loops)) is way
        other = "AVX512F" if way is SigmoidsByTanh else "baseline(SSE)"
        loops["dd" if signature == "ff" else "ff"] = {"current": other}
        assert type(choose_sigmoids(dtype.type, loops)) is way


@both_types
def test_without_a_name_of_a_loop_tanh_is_taken(dtype, monkeypatch):
    for loops in ({}, {"ee": {"current": "X86_V3"}}, {"ff": {}, "dd": {}}):
        assert type(choose_sigmoids(dtype, loops)) is SigmoidsByTanh
    # As where NumPy is built without loops for single processors.
    monkeypatch.setattr(sigmoids, "opt_func_info", lambda **_: {})
    assert type(choose_sigmoids(dtype)) is SigmoidsByTanh


def test_every_process_takes_the_same():
    taken = [type(SIGMOIDS[dtype]).__name__ for dtype in (SINGLE, DOUBLE)]
    assert taken == [type(choose_sigmoids(one)).__name__ for one in (SINGLE, DOUBLE)]
    script = (
        "from skrnn.cells.sigmoids import SIGMOIDS\n"
        "print(*(type(way).__name__ for way in SIGMOIDS.values()))"
    )
    for _ in range(2):
        found = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        )
        assert found.stdout.split() == taken
