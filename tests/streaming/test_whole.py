"""Streams are whole after an exception at any line: as before the call, or after it."""

import copy
import pickle
import sys
import tracemalloc
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from sklearn.frozen import FrozenEstimator

import skrnn
from skrnn import LSTMClassifier
from skrnn.streaming import EarlyClassifier, EarlyStream, Stream
from tests.streaming.problems import D, block, fitted

SOURCE = str(Path(skrnn.__file__).parent)
N_STREAMS = 4
X = block(seed=1)


class Injected(Exception):
    """Not one that anybody expects."""


class At:
    """Raises an error at one of the lines that a call executes inside skrnn.

    Parameters
    ----------
    line : int or None
        At which, counted from 0 in the order in which they are executed; at none of
        them by default.
    error : type
        What to raise.
    """

    def __init__(self, line=None, error=None):
        self.line, self.error, self.n_lines = line, error, 0

    def __call__(self, frame, event, _):
        if not frame.f_code.co_filename.startswith(SOURCE):
            return None
        if event == "line":
            self.n_lines += 1
            if self.n_lines - 1 == self.line:
                raise self.error
        return self

    def run(self, call, stream):
        """Make a call under watch; say how many lines there were."""
        before = sys.gettrace()
        sys.settrace(self)
        try:
            call(stream)
        finally:
            sys.settrace(before)
        return self.n_lines

    def stop(self, call, stream):
        """Make a call that is to fail."""
        with pytest.raises(self.error):
            self.run(call, stream)


def network(patch_size):
    return fitted((LSTMClassifier, "classes"), list(block()), patch_size=patch_size)


@cache
def plain(patch_size):
    """Make streams that have had different numbers of steps."""
    stream = Stream(network(patch_size), N_STREAMS)
    stream.run(X[:3, :2], [0, 1, 2])
    stream.step(X[3, 2], 1)
    return stream


def decider(patch_size, n_streams, threshold):
    frozen = FrozenEstimator(network(patch_size))
    model = EarlyClassifier(frozen, threshold=threshold).fit(list(block()))
    return EarlyStream(model, n_streams)


@cache
def early(patch_size):
    """Make streams of which two are decided, one is open and one has had no step."""
    proba = Stream(network(patch_size), 3).run(X[:3, :3])
    least, second, _ = np.sort(proba.max(axis=(1, 2)))
    stream = decider(patch_size, N_STREAMS, (least + second) / 2)
    for t in range(3):
        stream.step(X[:3, t], [0, 1, 2])
    assert stream.decided.sum() == 2
    return stream


def seen_of(stream):
    """Give all that users see of the state, as a dict of arrays."""
    if isinstance(stream, Stream):
        return stream.get_state()
    names = ("probabilities", "decision_times", "decided", "n_steps")
    return {name: getattr(stream, name) for name in names}


def goes_on(stream):
    """Give what a stream says of further steps, and what it is like after them."""
    said = [stream.step(X[4:7, 0], [3, 0, 1]), stream.step(X[4:8, 1])]
    return {**dict(enumerate(said)), **seen_of(stream)}


def equal(one, other):
    return one.keys() == other.keys() and all(
        np.array_equal(one[name], other[name], equal_nan=True) for name in one
    )


@cache
def later_state(patch_size):
    twin = plain(patch_size).copy()
    twin.run(X[:N_STREAMS, 3:6])
    return twin.get_state()


CALLS = {
    "step of some": lambda s: s.step(X[[5, 6], 3], [3, 0]),
    "step of one": lambda s: s.step(X[5, 3], 3),
    "step of a mask": lambda s: s.step(X[5:7, 3], np.arange(N_STREAMS) > 1),
    "step of all": lambda s: s.step(X[4:8, 3]),
    "reset of some": lambda s: s.reset([2, 0]),
    "reset of all": lambda s: s.reset(),
}
OF_PLAIN = {
    **CALLS,
    "run of some": lambda s: s.run(X[[5, 6], 3:5], [2, 0]),
    "run of all": lambda s: s.run(X[4:8, 3:5]),
    "set_state": lambda s: s.set_state(later_state(s._stepper.patch_size)),
}
OF_EARLY = {
    **CALLS,
    "end of the open one": lambda s: s.end(~s.decided & (s.n_steps > 0)),
    "end of all that began": lambda s: s.end(np.arange(N_STREAMS) < 3),
}
KINDS = {plain: OF_PLAIN, early: OF_EARLY}
CASES = [
    (make, patch_size, name)
    for make, calls in KINDS.items()
    for patch_size in (1, 3)
    for name in calls
]


def after(begun, *calls):
    """Give a twin of a stream after some calls."""
    twin = begun.copy()
    for call in calls:
        call(twin)
    return twin


@pytest.mark.parametrize(
    ("make", "patch_size", "name", "error"),
    [
        *((*case, KeyboardInterrupt) for case in CASES),
        *((*case, Injected) for case in CASES if case[1:] == (3, "step of some")),
    ],
)
def test_an_exception_at_any_line_tears_nothing(make, patch_size, name, error):
    begun, call = make(patch_size), KINDS[make][name]
    ways = [goes_on(begun.copy()), goes_on(after(begun, call))]
    assert not equal(*ways)
    n_lines = At().run(call, begun.copy())
    taken = []
    for line in range(n_lines):
        stream = begun.copy()
        At(line, error).stop(call, stream)
        went = goes_on(stream)
        taken.append([equal(went, way) for way in ways])
    # It is in the state before the call up to some line, and then in that after it.
    old, new = [True, False], [False, True]
    assert taken == sorted(taken, reverse=True)
    assert taken[0] == old
    assert taken[-1] == new
    assert all(one in (old, new) for one in taken)


def stored(stream):
    return pickle.loads(pickle.dumps(stream))


def restored(stream):
    twin = Stream(stream._estimator, stream.n_streams)
    return twin.set_state(stream.get_state())


def looked_at(stream):
    seen_of(stream)
    return stream


TWINS = [looked_at, stored, copy.copy, copy.deepcopy]


@pytest.mark.parametrize(
    ("make", "twin_of"),
    [
        *((make, twin_of) for make in KINDS for twin_of in TWINS),
        (plain, restored),
    ],
)
def test_whoever_looks_sees_a_whole_state(make, twin_of):
    begun, call = make(3), CALLS["step of some"]
    n_lines = At().run(call, begun.copy())
    ends = [begun.copy(), after(begun, call)]
    states, ways = [seen_of(end) for end in ends], [goes_on(end) for end in ends]
    found = []
    for line in range(n_lines):
        stream = begun.copy()
        At(line, KeyboardInterrupt).stop(call, stream)
        twin = twin_of(stream)
        seen = seen_of(twin)
        found.append([equal(seen, state) for state in states].index(True))
        assert equal(goes_on(twin), ways[found[-1]])
        # What the twin did has not reached the stream, unless they are the same.
        if twin is not stream:
            assert equal(goes_on(stream), ways[found[-1]])
    assert set(found) == {0, 1}


@pytest.mark.parametrize("make", KINDS)
@pytest.mark.parametrize("second", ["reset of some", "step of all"])
def test_a_second_exception_while_the_first_is_made_good(make, second):
    begun, first, second = make(1), CALLS["step of some"], CALLS[second]
    n_lines = At().run(first, begun.copy())
    chains = [(), (first,), (second,), (first, second)]
    ways = [goes_on(after(begun, *chain)) for chain in chains]
    # The lines before these change nothing, as the tests above have shown.
    for line in range(n_lines - 10, n_lines, 3):
        at, count = 0, None
        while at != count:
            stream = begun.copy()
            At(line, KeyboardInterrupt).stop(first, stream)
            if count is None:
                count = At().run(second, after(stream))
            At(at, Injected).stop(second, stream)
            went = goes_on(stream)
            assert any(equal(went, way) for way in ways)
            at += 1


@pytest.mark.parametrize("make", KINDS)
def test_some_streams_cost_no_more_beside_many_others(make):
    def peak(n_streams):
        if make is plain:
            stream = Stream(network(3), n_streams)
        else:
            stream = decider(3, n_streams, threshold=1.0)
        tracemalloc.start()
        try:
            stream.step(np.ones((2, D)), [1, 0])
            stream.reset([1])
            if make is plain:
                stream.run(np.ones((2, 4, D)), [1, 0])
            else:
                stream.end([0])
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(2)
    assert peak(100_000) < peak(2) + 10_000
