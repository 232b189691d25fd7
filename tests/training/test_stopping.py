"""A plateau is as many epochs in a row without improvement as patience has."""

import math

import pytest

from skrnn.training import Plateau


def first_reached(values, tol=0.0, patience=3):
    """Give the number of the epoch at which the patience was at an end, or None."""
    plateau = Plateau(tol, patience)
    return next((k for k, v in enumerate(values, 1) if plateau.reached(v)), None)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([5, 4, 3, 2, 1, 0], None),
        ([1, 1, 1, 1, 1], 4),
        ([1, 2, 3, 4], 4),
        ([3, 4, 4, 2, 4, 4, 1, 4, 4], None),
        ([3, 4, 4, 3, 2], 4),
        ([3, 1, 2, 2, 2], 5),
        ([-3, -2, -1, 0], 4),
    ],
)
def test_epochs_without_improvement_in_a_row(values, expected):
    assert first_reached(values) == expected


@pytest.mark.parametrize(("tol", "expected"), [(0.0, None), (0.05, None), (0.2, 4)])
def test_a_fall_by_less_than_tol_is_no_improvement(tol, expected):
    assert first_reached([1.0, 0.9, 0.8, 0.7, 0.6], tol) == expected


@pytest.mark.parametrize("patience", [1, 2, 7])
def test_patience_is_a_number_of_epochs(patience):
    assert first_reached([1] * 20, patience=patience) == 1 + patience


def test_endless_patience():
    assert first_reached([1] * 50, patience=math.inf) is None


def test_patience_anew_after_a_restart():
    plateau = Plateau(0.0, 2)
    assert [plateau.reached(1) for _ in range(3)] == [False, False, True]
    plateau.restart()
    assert [plateau.reached(1) for _ in range(2)] == [False, True]
    plateau.restart()
    assert [plateau.reached(v) for v in (1, 0, 0, 0)] == [False, False, False, True]


def test_what_was_reached_before_a_restart_still_has_to_be_beaten():
    plateau = Plateau(0.0, 1)
    plateau.reached(1)
    plateau.restart()
    assert plateau.reached(2)
