"""Sequence data to try, teach and test recurrent networks with."""

from skrnn.datasets.generators import (
    make_adding_problem,
    make_first_symbol_recall,
    make_sign_of_sum,
    make_temporal_order,
)
from skrnn.datasets.japanese_vowels import load_japanese_vowels
from skrnn.datasets.words import load_words

__all__ = [
    "load_japanese_vowels",
    "load_words",
    "make_adding_problem",
    "make_first_symbol_recall",
    "make_sign_of_sum",
    "make_temporal_order",
]


def __dir__():
    return __all__
