"""Learning rates over time against their formulas."""

import math

import pytest

from skrnn.optimizers import SCHEDULES

N = 40
FORMULAS = {
    "constant": lambda update: 0.1,
    "adaptive": lambda update: 0.1,
    "invscaling": lambda update: 0.1 / (update + 1) ** 0.5,
    "cosine": lambda update: 0.05 * (1 + math.cos(math.pi * update / N)),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_rates_are_those_of_the_formula(name):
    schedule = SCHEDULES[name](0.1, N)
    rates = [schedule.rate(update) for update in range(N)]
    assert rates[0] == 0.1
    assert rates == pytest.approx([FORMULAS[name](update) for update in range(N)])
    assert rates == sorted(rates, reverse=True)
    assert min(rates) > 0


def test_cosine_falls_to_zero_and_stays_there():
    schedule = SCHEDULES["cosine"](0.1, N)
    assert schedule.rate(N // 2) == pytest.approx(0.05)
    assert schedule.rate(N - 1) < 0.001
    assert schedule.rate(N) == schedule.rate(N + 1) == schedule.rate(10 * N) == 0.0


def test_adaptive_divides_by_five_until_the_rate_is_tiny():
    schedule, rates = SCHEDULES["adaptive"](0.1, N), []
    while schedule.on_plateau():
        rates.append(schedule.rate(0))
    assert rates == pytest.approx([0.1 / 5**k for k in range(1, 9)])
    assert rates[-2] > 1e-6 >= rates[-1]
    assert schedule.rate(0) == rates[-1]


@pytest.mark.parametrize("name", sorted({*SCHEDULES} - {"adaptive"}))
def test_the_others_end_on_a_plateau(name):
    schedule = SCHEDULES[name](0.1, N)
    rate = schedule.rate(3)
    assert not schedule.on_plateau()
    assert schedule.rate(3) == rate


@pytest.mark.parametrize("name", SCHEDULES)
def test_only_cosine_has_an_end_of_its_own(name):
    assert SCHEDULES[name](0.1, N).has_end == (name == "cosine")
