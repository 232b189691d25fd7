"""The flat vector and its named views are the same numbers."""

import math

import numpy as np
import pytest

from skrnn.network.block import ParameterLayout

SHAPES = {
    "layer0": {"W": (4, 6), "scale": (3,)},
    "layer1": {"W": (2, 2, 2)},
    "head": {"W": (1, 5), "b": ()},
}


@pytest.fixture
def layout():
    return ParameterLayout(SHAPES)


def flatten(views):
    return np.concatenate([a.ravel() for part in views.values() for a in part.values()])


def test_views_have_the_names_and_shapes_that_were_asked_for(layout):
    views = layout.views(np.zeros(layout.size))
    shapes = {
        block: {name: view.shape for name, view in part.items()}
        for block, part in views.items()
    }
    assert shapes == SHAPES


def test_the_arrays_lie_one_after_the_other_without_gaps(layout):
    vector = np.arange(float(layout.size))
    assert np.array_equal(flatten(layout.views(vector)), vector)
    sizes = [math.prod(shape) for part in SHAPES.values() for shape in part.values()]
    assert layout.size == sum(sizes)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_written_on_one_side_is_read_on_the_other(layout, dtype):
    vector = np.zeros(layout.size, dtype)
    views = layout.views(vector)
    for k, part in enumerate(views.values()):
        for name in part:
            part[name][...] = k + 1
    assert np.array_equal(vector, flatten(views))
    assert vector.all()
    vector += 1
    assert views["head"]["W"].dtype == dtype
    assert np.array_equal(views["head"]["W"], np.full((1, 5), 4))


def test_each_vector_has_views_of_its_own(layout):
    one, other = np.zeros(layout.size), np.zeros(layout.size)
    layout.views(one)["layer1"]["W"][...] = 1.0
    assert one.sum() == 8
    assert not other.any()
