"""What is exchanged between sequences, and what stays as it is."""

from functools import partial
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skrnn.inspection import permutation_importance
from skrnn.inspection.exchange import stretched
from tests.inspection.exchanged import Seen, numbered


def shown(X, **options):
    """Give what a model was shown: X itself, then a collection for each exchange."""
    model = Seen()
    options = {"n_repeats": 1, "random_state": 0, **options}
    permutation_importance(model, X, None, **options)
    assert model.seen[0] is X
    return model.seen[1:]


def whose(x):
    return np.asarray(x) // 100


def test_a_feature_is_exchanged_whole_and_alone():
    X = np.stack(numbered([5] * 8))
    untouched = X.copy()
    seen = shown(X, by="feature")
    assert len(seen) == 2
    for feature, changed in enumerate(seen):
        other = 1 - feature
        assert_array_equal(changed[:, :, other], X[:, :, other])
        owners = whose(changed[:, 0, feature]).astype(int)
        assert sorted(owners) == list(range(8))
        assert owners.tolist() != list(range(8))
        assert_array_equal(changed[:, :, feature], X[owners][:, :, feature])
    assert_array_equal(X, untouched)


def test_a_feature_of_sequences_of_different_length_is_stretched():
    lengths = [2, 3, 5, 1, 10, 4]
    X = numbered(lengths)
    untouched = [x.copy() for x in X]
    for feature, changed in enumerate(shown(X, by="feature")):
        assert [len(x) for x in changed] == lengths
        owners = [int(whose(x[0, feature])) for x in changed]
        assert sorted(owners) == list(range(6))
        for i, x in enumerate(changed):
            assert_array_equal(x[:, 1 - feature], X[i][:, 1 - feature])
            steps = stretched(lengths[owners[i]], lengths[i])
            assert_array_equal(x[:, feature], X[owners[i]][steps, feature])
    for x, before in zip(X, untouched, strict=True):
        assert_array_equal(x, before)


@pytest.mark.parametrize("n_there", [1, 2, 3, 7, 10])
@pytest.mark.parametrize("n_here", [1, 2, 3, 7, 10])
def test_a_step_takes_the_one_at_the_same_part_of_the_way(n_there, n_here):
    found = stretched(n_there, n_here)
    part = (np.arange(n_here) + 0.5) / n_here
    assert_array_equal(found, np.floor(part * n_there + 1e-9))
    if n_there >= n_here:
        assert len(set(found)) == n_here
    else:
        assert set(found) == set(range(n_there))


@pytest.mark.parametrize("layout", ["block", "ragged"])
def test_blocks_are_shares_of_each_sequence(layout):
    lengths = [6] * 8 if layout == "block" else [6, 3, 9, 4, 30, 5, 7, 8]
    X = numbered(lengths)
    X = np.stack(X) if layout == "block" else X
    seen = shown(X, by="step", n_blocks=3)
    assert len(seen) == 3
    for k, changed in enumerate(seen):
        for i, x in enumerate(changed):
            first, last = k * lengths[i] // 3, (k + 1) * lengths[i] // 3
            assert_array_equal(x[:first], X[i][:first])
            assert_array_equal(x[last:], X[i][last:])
            owner = int(whose(x[first, 0]))
            taken = X[owner][k * lengths[owner] // 3 : (k + 1) * lengths[owner] // 3]
            steps = stretched(len(taken), last - first)
            assert_array_equal(x[first:last], taken[steps])
        assert any(whose(x).max() != i for i, x in enumerate(changed))


@pytest.mark.parametrize("origin", ["start", "end"])
def test_blocks_of_so_many_steps(origin):
    lengths = [6, 3, 9, 4, 2, 5, 7, 8]
    X = numbered(lengths)
    result = permutation_importance(
        Seen(), X, None, by="step", block_size=4, origin=origin
    )
    seen = shown(X, by="step", block_size=4, origin=origin)
    assert len(seen) == 3
    for k, changed in enumerate(seen):
        takes_part = []
        for i, x in enumerate(changed):
            first, last = min(4 * k, lengths[i]), min(4 * k + 4, lengths[i])
            if origin == "end":
                first = max(lengths[i] + result.edges[k], 0)
                last = max(lengths[i] + result.edges[k + 1], 0)
            assert_array_equal(x[:first], X[i][:first])
            assert_array_equal(x[last:], X[i][last:])
            if last > first:
                takes_part.append((i, int(whose(x[first, 0]))))
        here, owners = zip(*takes_part, strict=True)
        assert sorted(owners) == list(here)
    expected = {
        "start": (["steps 0 to 3", "steps 4 to 7", "step 8"], [0, 4, 8, 9], "step"),
        "end": (
            ["step -9", "steps -8 to -5", "steps -4 to -1"],
            [-9, -8, -4, 0],
            "step, counted from the end",
        ),
    }[origin]
    assert (result.names, result.edges.tolist(), result.unit) == expected


def test_what_the_parts_are_called():
    X = numbered([4, 40])
    call = partial(permutation_importance, Seen(), X, None)
    by_feature = call()
    assert by_feature.names == ["feature 0", "feature 1"]
    assert by_feature.edges is by_feature.unit is None
    shares = call(by="step")
    assert (shares.names[0], shares.names[9]) == ("0 to 10 %", "90 to 100 %")
    assert_allclose(shares.edges, 10 * np.arange(11))
    assert shares.unit == "part of the sequence (%)"
    assert call(by="step", n_blocks=3).names[1] == "33.3 to 66.7 %"
    few = permutation_importance(Seen(), numbered([3, 4]), None, by="step")
    assert len(few.names) == 4


def test_the_kind_of_collection_stays():
    X = numbered([3, 4, 2])
    objects = np.empty(3, object)
    objects[:] = X
    for kind in (X, tuple(X), objects):
        assert {type(changed) for changed in shown(kind)} == {type(kind)}
    single = shown([x.astype(np.float32) for x in X])[0]
    assert {x.dtype for x in single} == {np.dtype(np.float32)}
    mixed = shown([X[0].astype(int), X[1], X[2]], by="step", n_blocks=1)[0]
    assert_array_equal(np.sort([x[0, 1] % 1 for x in mixed]), [0.0, 0.5, 0.5])


FRAMES = ["pandas", *["polars"] * (find_spec("polars") is not None)]


@pytest.mark.parametrize("library", FRAMES)
def test_frames_keep_names_and_types(library):
    block = np.stack(numbered([3] * 8))
    frame = pd.DataFrame(block.reshape(8, 6), columns=list("abcdef")).astype(
        {"a": "float32", "d": "int64"}
    )
    frame.index = [f"row {i}" for i in range(8)]
    if library == "polars":
        import polars

        frame = polars.DataFrame({name: frame[name].to_numpy() for name in "abcdef"})
    options = {"features_per_step": 2}
    for by in ("feature", "step"):
        table = frame.to_numpy()
        expected = shown(table.reshape(8, 3, 2), by=by)
        found = shown(frame, by=by, **options)
        in_table = shown(table, by=by, **options)
        for one, plain, right in zip(found, in_table, expected, strict=True):
            assert type(one) is type(frame)
            assert list(one.columns) == list("abcdef")
            assert list(one.dtypes) == list(frame.dtypes)
            assert_array_equal(one.to_numpy(), right.reshape(8, 6))
            assert_array_equal(plain, right.reshape(8, 6))
        if library == "pandas":
            assert found[0].index.equals(frame.index)
