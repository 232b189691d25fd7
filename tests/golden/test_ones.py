"""Networks with sizes of one against what PyTorch computed."""

from itertools import product

import pytest

from tests.golden import checks
from tests.golden.files import (
    CASES_OF_ONES,
    CELLS,
    HEAD,
    ONES,
    SHARED,
    STEPS_OF_ONES,
    TOLERANCE,
    paths,
    read_ones,
)

every_file_of_ones = pytest.mark.parametrize(
    ("cell", "ones"), list(product(CELLS, ONES))
)
every_dtype = pytest.mark.parametrize("dtype", TOLERANCE)


@every_file_of_ones
def test_a_golden_file_of_ones_covers_every_case(cell, ones):
    golden = read_ones(cell, ones)
    states = [*golden.recurrent, *HEAD]
    results = ["scores", "loss", "d_x", *(f"d_{name}" for name in states)]
    cases = [[*case, name] for case in CASES_OF_ONES for name in results]
    cases += [
        [*case, "probabilities"] for case in CASES_OF_ONES if case[1] != "squared"
    ]
    losses = {loss for _, loss in CASES_OF_ONES}
    heads = [[*case, name] for case in CASES_OF_ONES for name in HEAD]
    steps = [[*step, name] for step in STEPS_OF_ONES for name in states]
    assert set(golden.arrays) == {
        *SHARED,
        *golden.recurrent,
        *paths(["y"], losses),
        *("/".join(["head", *head]) for head in heads),
        *("/".join(["case", *case]) for case in cases),
        *("/".join(["sgd", *step]) for step in steps),
    }
    one_step = golden["lengths"].max() == 1
    assert one_step == (ones in ("step", "all"))
    for pooling, loss in CASES_OF_ONES:
        for name, gradient in golden.part("case", pooling, loss).items():
            # What a single step does not reach.
            unreached = one_step and name.startswith("d_weight_hh")
            assert gradient.any() != unreached, name
    assert golden["h"].any(axis=0).all()


def test_the_golden_files_of_ones_have_all_of_them():
    golden = {ones: read_ones("gru", ones) for ones in ONES}
    assert {size for g in golden.values() for size in g.sizes} == {1, 2, 3, 4}
    assert {g["x"].shape[1] for g in golden.values()} == {1, 2}
    assert {len(g["lengths"]) for g in golden.values()} == {1, 2, 3}
    assert {int(g["lengths"].max()) for g in golden.values()} == {1, 3, 4}


@every_file_of_ones
@every_dtype
def test_hidden_states(cell, ones, dtype):
    checks.check_hidden_states(read_ones(cell, ones), "squared", dtype)


@every_file_of_ones
@every_dtype
def test_outputs_and_gradients(cell, ones, dtype):
    golden = read_ones(cell, ones)
    for pooling, loss in CASES_OF_ONES:
        checks.check_outputs(golden, pooling, loss, dtype)
        checks.check_objective(golden, pooling, loss, dtype)


@every_file_of_ones
def test_estimators_with_loaded_weights(cell, ones):
    for pooling, loss in CASES_OF_ONES:
        checks.check_predictions(read_ones(cell, ones), pooling, loss)


@every_file_of_ones
def test_weights_go_in_and_out_to_the_bit(cell, ones):
    for loss in ("binary", "3-classes", "squared"):
        checks.check_weights_to_the_bit(read_ones(cell, ones), "concat", loss)


@every_file_of_ones
def test_one_step_of_gradient_descent(cell, ones):
    for loss, mean in STEPS_OF_ONES:
        checks.check_one_step(read_ones(cell, ones), loss, mean)
