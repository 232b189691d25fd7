"""Going on with another architecture than the fitted one.

The texts speak of LSTMClassifier; all kinds are held to them.
"""

import copy

import pytest

from tests.messages import BLOCK, TABLE, Y, failure, text_for


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"hidden_size": 5}, "hidden_size or n_layers"),
        ({"hidden_size": (4, 3)}, "hidden_size or n_layers"),
        ({"n_layers": 2}, "hidden_size or n_layers"),
        ({"bidirectional": True}, "bidirectional"),
        ({"pooling": "last"}, "pooling"),
        (
            {"hidden_size": 5, "bidirectional": True, "pooling": "last"},
            "hidden_size or n_layers, bidirectional, pooling",
        ),
        ({"features_per_step": 3}, "features_per_step"),
        ({"n_filters": 5}, "n_filters"),
        ({"linear_steps": 3}, "linear_steps"),
        ({"own_scale": True}, "own_scale"),
        (
            {"n_filters": 0, "own_scale": True, "pooling": "last"},
            "pooling, own_scale, n_filters",
        ),
    ],
)
def test_going_on_with_another_architecture(any_small, changed, names, method):
    given = {"n_filters": 2, "linear_steps": 1, "own_scale": False}
    estimator = any_small(warm_start=True, features_per_step=2, **given).fit(TABLE, Y)
    estimator.set_params(**changed)
    assert failure(ValueError, getattr(estimator, method), TABLE, Y) == text_for(
        estimator,
        f"LSTMClassifier cannot go on training after a change of {names}. Restore the "
        "earlier value, or call fit with warm_start=False.",
    )


def test_going_on_with_the_same_sizes_in_other_words(any_small):
    estimator = any_small(warm_start=True).fit(BLOCK, Y)
    estimator.set_params(hidden_size=(4,)).fit(BLOCK, Y)
    deep = any_small(n_layers=2, warm_start=True).fit(BLOCK, Y)
    deep.set_params(hidden_size=[4, 4], n_layers=1).fit(BLOCK, Y)


def test_going_on_with_what_the_data_decided(any_small):
    """By its number, or by the word for it."""
    given = {"n_filters": "auto", "linear_steps": 1000, "own_scale": "auto"}
    estimator = any_small(warm_start=True, **given).fit(BLOCK, Y)
    names = ("n_filters", "linear_steps", "own_scale")
    came_to = {name: getattr(estimator, f"{name}_") for name in names}
    assert came_to == {"n_filters": 0, "linear_steps": BLOCK.shape[1], "own_scale": 0}
    for values in (came_to, dict.fromkeys(names, "auto"), given):
        resumed = copy.deepcopy(estimator)
        resumed.set_params(**values).fit(BLOCK, Y)
        assert {name: getattr(resumed, f"{name}_") for name in names} == came_to
