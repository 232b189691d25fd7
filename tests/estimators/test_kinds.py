"""The kinds of estimators differ in their cells and in some defaults, and no more.

What holds for two of them, of different cells, so holds for the others.
"""

from typing import ClassVar

import pytest

from skrnn.cells import CELLS
from skrnn.estimators.base_classifier import RecurrentClassifier
from skrnn.estimators.base_regressor import RecurrentRegressor
from skrnn.estimators.base_step_classifier import RecurrentStepClassifier
from skrnn.estimators.base_step_regressor import RecurrentStepRegressor
from tests.conftest import (
    CLASSIFIERS,
    REGRESSORS,
    STEP_CLASSIFIERS,
    STEP_REGRESSORS,
)

#: What a kind may say of its own. The settings of a cell may say more of parameters.
OF_SETTINGS = {"__init__", "_parameter_constraints"}
OF_THE_CELL = {
    "_cell",
    "_cell_options",
    "_default_dropout",
    "_default_learning_rates",
}


class BareClassifier(RecurrentClassifier):
    """A classifier that says nothing of its own but its cell."""

    _cell: ClassVar = "lstm"


class BareRegressor(RecurrentRegressor):
    """A regressor that says nothing of its own but its cell."""

    _cell: ClassVar = "lstm"


class BareStepClassifier(RecurrentStepClassifier):
    """A classifier of steps that says nothing of its own but its cell."""

    _cell: ClassVar = "lstm"


class BareStepRegressor(RecurrentStepRegressor):
    """A regressor of steps that says nothing of its own but its cell."""

    _cell: ClassVar = "lstm"


BARE = {
    **dict.fromkeys(CLASSIFIERS, BareClassifier),
    **dict.fromkeys(REGRESSORS, BareRegressor),
    **dict.fromkeys(STEP_CLASSIFIERS, BareStepClassifier),
    **dict.fromkeys(STEP_REGRESSORS, BareStepRegressor),
}
every_kind = pytest.mark.parametrize("kind", BARE, ids=lambda kind: kind.__name__)


@every_kind
def test_a_kind_says_nothing_more_than_its_cell_and_its_defaults(kind):
    own = vars(kind).keys() - vars(BARE[kind]).keys()
    # Python notes this in a class when the first of its objects is pickled.
    assert own - {"__slotnames__"} <= OF_THE_CELL
    bases = BARE[kind].__mro__[1:]
    settings = [base for base in kind.__mro__[1:] if base not in bases]
    assert tuple(base for base in kind.__mro__[1:] if base not in settings) == bases
    for base in settings:
        assert base.__module__.startswith("skrnn.parameters.rnn")
        names = {name for name in vars(base) if name[:2] != "__"} | {"__init__"}
        assert names <= OF_SETTINGS


@every_kind
def test_a_kind_constrains_no_parameter_but_that_of_its_cell(kind):
    base = BARE[kind]._parameter_constraints
    own = kind._parameter_constraints
    assert {name: own[name] for name in base} == base
    assert own.keys() - base.keys() == set(getattr(kind, "_cell_options", ()))


def test_each_cell_has_both_kinds():
    for kinds in (CLASSIFIERS, REGRESSORS, STEP_CLASSIFIERS, STEP_REGRESSORS):
        assert sorted(kind._cell for kind in kinds) == sorted(CELLS)
