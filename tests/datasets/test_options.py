"""What the generators say of a seed, or a choice, that is none."""

import numpy as np
import pytest

from skrnn.datasets import (
    make_adding_problem,
    make_first_symbol_recall,
    make_sign_of_sum,
    make_temporal_order,
)

GENERATORS = [
    make_adding_problem,
    make_first_symbol_recall,
    make_sign_of_sum,
    make_temporal_order,
]


@pytest.mark.parametrize("make", GENERATORS)
@pytest.mark.parametrize("seed", [-1, 2**32, "a", 0.5])
def test_a_seed_that_is_none(make, seed):
    with pytest.raises(ValueError, match=r"^The 'random_state' parameter of") as caught:
        make(random_state=seed)
    assert str(caught.value) == (
        f"The 'random_state' parameter of {make.__name__} must be an int in the range "
        f"[0, 4294967295], a numpy.random.RandomState or None. Got {seed!r}."
    )


@pytest.mark.parametrize("choice", [1, None, np.array([1, 2]), "yes"])
def test_a_choice_that_is_none(choice):
    with pytest.raises(ValueError, match="must be True or False") as caught:
        make_adding_problem(regression=choice)
    assert str(caught.value).endswith(f"must be True or False. Got {choice!r}.")
