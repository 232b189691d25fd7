"""The kinds of estimators differ in their cells and in some defaults, and no more.

What holds for two of them, of different cells, so holds for the others.
"""

from typing import ClassVar

import pytest

from skrnn.cells import CELLS
from skrnn.estimators.base_classifier import RecurrentClassifier
from skrnn.estimators.base_regressor import RecurrentRegressor
from tests.conftest import CLASSIFIERS, REGRESSORS

#: What a kind may say of its own: defaults, and the parameters of its cell alone.
DEFAULTS = {"__init__"}
OF_THE_CELL = {
    "_cell",
    "_cell_options",
    "_default_dropout",
    "_default_learning_rates",
    "_parameter_constraints",
}


class BareClassifier(RecurrentClassifier):
    """A classifier that says nothing of its own but its cell."""

    _cell: ClassVar = "lstm"


class BareRegressor(RecurrentRegressor):
    """A regressor that says nothing of its own but its cell."""

    _cell: ClassVar = "lstm"


BARE = {
    **dict.fromkeys(CLASSIFIERS, BareClassifier),
    **dict.fromkeys(REGRESSORS, BareRegressor),
}
every_kind = pytest.mark.parametrize("kind", BARE, ids=lambda kind: kind.__name__)


@every_kind
def test_a_kind_says_nothing_more_than_its_cell_and_its_defaults(kind):
    own = vars(kind).keys() - vars(BARE[kind]).keys()
    # Python notes this in a class when the first of its objects is pickled.
    assert own - {"__slotnames__"} <= DEFAULTS | OF_THE_CELL
    assert kind.__mro__[1:] == BARE[kind].__mro__[1:]


@every_kind
def test_a_kind_constrains_no_parameter_but_that_of_its_cell(kind):
    base = kind.__mro__[1]._parameter_constraints
    own = kind._parameter_constraints
    assert {name: own[name] for name in base} == base
    assert own.keys() - base.keys() == set(getattr(kind, "_cell_options", ()))


def test_each_cell_has_both_kinds():
    for kinds in (CLASSIFIERS, REGRESSORS):
        assert sorted(kind._cell for kind in kinds) == sorted(CELLS)
