"""The last, the sum and the largest of the states against loops over all of them."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skrnn import cells
from skrnn.sequences import Sequences, pack
from tests.reference import KINDS

EVERY = ("last", "total", "largest")
REDUCE = {
    "last": lambda h: h[-1],
    "total": lambda h: np.sum(h, axis=0),
    "largest": lambda h: np.max(h, axis=0),
}
LENGTHS = {
    "rectangular": (6, 6, 6, 6),
    "ragged": (4, 7, 1, 7, 3, 1, 6),
    "one sequence": (5,),
    "one step": (1, 1, 1),
    "one": (1,),
}
SIZES = {"three of two": (2, 3), "one of one": (1, 1), "one of two": (2, 1)}
# What a tape goes through: batches shrink and grow.
BATCHES = [
    (6, 6, 6, 6),
    (2, 8, 1, 5),
    (1, 1, 1, 1),
    (11, 11, 11, 11),
    (12, 3, 10, 12),
    (5, 5, 5, 5),
]

every_kind = pytest.mark.parametrize("kind", KINDS)
every_layout = pytest.mark.parametrize("layout", LENGTHS)
every_size = pytest.mark.parametrize("size", SIZES)
masked_or_not = pytest.mark.parametrize("masked", [False, True], ids=["free", "masked"])
one_or_all = pytest.mark.parametrize("only", [*((one,) for one in EVERY), EVERY])


@pytest.fixture(params=[None, 2], ids=["whole", "two steps"])
def blocks(request, monkeypatch):
    """Return a function that makes blocks of so few steps, for a case."""

    def shorten(case):
        if request.param is not None:
            _, tape = case.forward(EVERY)
            per_step = tape.n_sequences * sum(tape.widths.values())
            monkeypatch.setattr(cells.memory, "CACHED", request.param * per_step)

    return shorten


class Case:
    """A cell of one kind, with weights, a batch and a mask for it."""

    def __init__(
        self, kind, lengths, size="three of two", masked=False, dtype="float64", seed=0
    ):
        rng, (name, options, _) = np.random.default_rng(seed), KINDS[kind]
        n_features, hidden_size = SIZES[size]
        self.cell = cells.CELLS[name](n_features, hidden_size, **options)
        self.params = {
            key: rng.uniform(-0.9, 0.9, shape).astype(dtype)
            for key, shape in self.cell.shapes.items()
        }
        sequences = [rng.normal(size=(n, n_features)).astype(dtype) for n in lengths]
        self.x, shape = pack(sequences), (len(lengths), hidden_size)
        self.mask = None
        if masked:
            self.mask = rng.choice([0.0, 0.5, 1.5], shape).astype(dtype)
        parts = {name: rng.normal(size=shape).astype(dtype) for name in EVERY}
        self.d_out = Sequences(None, self.x.lengths, **parts)

    def forward(self, only, **options):
        return self.cell.forward(
            self.params, self.x, mask=self.mask, only=only, **options
        )

    def gradients(self, tape, d_out):
        """Return the gradients of the input and of the parameters."""
        d_x, grads = self.cell.backward(self.params, tape, d_out, input_gradient=True)
        return {"x": d_x.data, **grads}

    def of(self, only):
        """Return the gradient of some reductions alone."""
        parts = {name: getattr(self.d_out, name) for name in only}
        return Sequences(None, self.x.lengths, **parts)

    def of_every_state(self, states, only):
        """Return the same as the gradient of every state, by loops over each."""
        d_h = []
        for row, h in enumerate(states):
            parts = {k: self.x.unsort(getattr(self.d_out, k))[row] for k in only}
            d_one = np.zeros_like(h)
            d_one[-1] += parts.get("last", 0.0)
            d_one += parts.get("total", 0.0)
            for unit, values in enumerate(h.T.tolist()) if "largest" in only else ():
                d_one[values.index(max(values)), unit] += parts["largest"][unit]
            d_h.append(d_one)
        return pack(d_h)


def assert_same_bits(found, expected):
    assert found.keys() == expected.keys()
    for name, values in found.items():
        assert_array_equal(values, expected[name], err_msg=name, strict=True)


def assert_gradients(case, only=EVERY, **close):
    """Hold gradients of reductions against those of every state."""
    every, tape = case.forward(None)
    d_h = case.of_every_state(every.unpack(), only)
    expected = case.gradients(tape, d_h)
    _, tape = case.forward(EVERY)
    found = case.gradients(tape, case.of(only))
    assert found.keys() == expected.keys()
    for name, values in found.items():
        assert_allclose(values, expected[name], **close, err_msg=name)


@every_kind
@every_layout
@every_size
@masked_or_not
def test_they_equal_loops_over_the_states(kind, layout, size, masked, blocks):
    case = Case(kind, LENGTHS[layout], size, masked)
    blocks(case)
    every, _ = case.forward(None)
    for keep in (True, False):
        out, tape = case.forward(EVERY, keep=keep)
        assert (tape is not None) == keep
        assert out.data is None
        for name, reduce in REDUCE.items():
            found = case.x.unsort(getattr(out, name))
            expected = np.array([reduce(h) for h in every.unpack()])
            if name == "total":
                assert_allclose(found, expected, rtol=1e-14, atol=1e-14)
            else:
                assert_array_equal(found, expected, strict=True)


@every_kind
@one_or_all
def test_each_is_the_same_alone_and_kept_or_not(kind, only, blocks):
    case = Case(kind, LENGTHS["ragged"], masked=True)
    blocks(case)
    together, _ = case.forward(EVERY)
    for keep in (True, False):
        out, _ = case.forward(only, keep=keep)
        for name in EVERY:
            found = getattr(out, name)
            if name in only:
                assert_array_equal(found, getattr(together, name), strict=True)
            else:
                assert found is None


@every_kind
@every_layout
@every_size
@masked_or_not
def test_gradients_are_those_through_every_state(kind, layout, size, masked, blocks):
    case = Case(kind, LENGTHS[layout], size, masked)
    blocks(case)
    for only in (*((one,) for one in EVERY), EVERY):
        assert_gradients(case, only, rtol=1e-12, atol=1e-13)


@every_kind
def test_of_the_largest_states_the_first_has_the_gradient(kind, blocks):
    """Without weights all states are zero; each step has a share of its own in d_W."""
    case = Case(kind, LENGTHS["ragged"])
    blocks(case)
    for values in case.params.values():
        values[...] = 0.0
    # The derivative of relu at zero is zero: only there it is not told which is first.
    if kind == "rnn-relu":
        case.params["W"][:, case.cell.n_features] = 0.5
    out, tape = case.forward(("largest",))
    assert np.ptp(out.largest) == 0.0
    assert np.abs(case.gradients(tape, case.of(("largest",)))["W"]).max() > 0.1
    assert_gradients(case, ("largest",), rtol=1e-12, atol=1e-14)
    assert_gradients(case, EVERY, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("kind", ["rnn-tanh", "rnn-relu"])
@masked_or_not
def test_ties_in_some_steps_of_some_units(kind, masked, blocks):
    """States that depend on the step alone, and steps that come again."""
    case = Case(kind, LENGTHS["ragged"], masked=masked)
    blocks(case)
    case.cell.split(case.params)[2][...] = 0.0
    case.x.data[...] = np.round(case.x.data / 2)
    every, _ = case.forward(None)
    n_largest = [(h == h.max(axis=0)).sum(axis=0) for h in every.unpack()]
    assert {1, 2} <= set(np.concatenate(n_largest))
    assert_gradients(case, ("largest",), rtol=1e-12, atol=1e-14)
    assert_gradients(case, EVERY, rtol=1e-12, atol=1e-14)


@every_kind
@masked_or_not
def test_a_reused_tape_changes_no_bit(kind, masked, blocks):
    tape, n_tapes = None, 0
    blocks(Case(kind, BATCHES[0], masked=masked))
    for seed, lengths in enumerate(BATCHES):
        case = Case(kind, lengths, masked=masked, seed=seed)
        # The same tape may keep all states in turn.
        for only in (EVERY, None, ("total",), ("largest",), ("last",)):
            d_out = case.of(only or ("last",))
            out, used = case.forward(only, reuse=tape)
            values = {k: getattr(out, k).copy() for k in only or ("data", "last")}
            found = case.gradients(used, d_out)
            expected, new = case.forward(only)
            assert_same_bits(values, {k: getattr(expected, k) for k in values})
            assert_same_bits(found, case.gradients(new, d_out))
            n_tapes += used is not tape
            tape = used
    assert n_tapes == 2


@every_kind
def test_a_tape_can_be_read_again_for_other_gradients(kind, blocks):
    case = Case(kind, LENGTHS["ragged"], masked=True)
    blocks(case)
    _, tape = case.forward(EVERY)
    for only in (EVERY, ("last",), ("total",), ("total",), ("largest",), EVERY):
        _, new = case.forward(EVERY)
        expected = case.gradients(new, case.of(only))
        assert_same_bits(case.gradients(tape, case.of(only)), expected)


@every_kind
@masked_or_not
def test_float32_stays_float32(kind, masked, blocks):
    case = Case(kind, LENGTHS["ragged"], masked=masked, dtype="float32")
    blocks(case)
    out, tape = case.forward(EVERY)
    assert {getattr(out, name).dtype for name in EVERY} == {np.dtype("float32")}
    grads = case.gradients(tape, case.d_out)
    assert {values.dtype for values in grads.values()} == {np.dtype("float32")}
    assert_gradients(case, rtol=1e-4, atol=1e-5)


@one_or_all
def test_what_grows_past_all_bounds_stays_in_its_own_sequence(only):
    """Short beside long: read on, the weights would blow the short one up."""
    case = Case("rnn-relu", (400, 400, 400, 400, 2), dtype="float32")
    W_x, b, W_h = case.cell.split(case.params)
    W_x[...], b[...], W_h[...] = 5.0, 1.0, 20 * np.eye(len(b))
    # The long ones read what keeps them quiet, the short one what does not.
    case.x.data[...] = np.where(case.x.lengths.ranks[:, np.newaxis] < 4, -1.0, 1.0)
    out, tape = case.forward(only)
    for values in (getattr(out, name) for name in only):
        assert np.isfinite(values).all()
    for values in case.gradients(tape, case.of(only)).values():
        assert np.isfinite(values).all()


def test_a_gradient_of_all_states_adds_to_that_of_reductions(blocks):
    case = Case("gru", LENGTHS["ragged"])
    blocks(case)
    _, tape = case.forward(EVERY)
    d_h = np.random.default_rng(9).normal(size=(len(case.x.data), 3))
    alone = [case.gradients(tape, d_out) for d_out in (case.x.replace(d_h), case.d_out)]
    both = case.gradients(tape, replace(case.d_out, data=d_h))
    for name, values in both.items():
        assert_allclose(values, alone[0][name] + alone[1][name], rtol=0, atol=1e-12)
