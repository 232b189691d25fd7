"""What a constructor says of names that it does not know."""

from inspect import signature

import pytest
from sklearn.base import clone

from skrnn import LSTMClassifier
from tests.conftest import CLASSIFIERS, REGRESSORS

KINDS = CLASSIFIERS + REGRESSORS


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_is_misspelt(kind):
    with pytest.raises(TypeError) as caught:
        kind(hiden_size=8)
    assert str(caught.value) == (
        f"{kind.__name__} has no parameter 'hiden_size'. Did you mean 'hidden_size'?"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_is_unlike_all_others(kind):
    with pytest.raises(TypeError) as caught:
        kind(xyz=8)
    names = ", ".join(signature(kind).parameters)
    assert (
        str(caught.value) == f"{kind.__name__} has no parameter 'xyz'. It has: {names}."
    )


@pytest.mark.parametrize("kind", KINDS)
def test_values_that_need_a_name(kind):
    with pytest.raises(TypeError) as caught:
        kind(8, 2)
    assert str(caught.value) == (
        f"{kind.__name__} takes 1 parameter(s) without a name, hidden_size, but got 2 "
        "values: name the others."
    )


def test_subclasses_may_have_parameters_of_their_own():
    class Mine(LSTMClassifier):
        def __init__(self, extra, hidden_size=3):
            super().__init__(hidden_size)
            self.extra = extra

    class Open(LSTMClassifier):
        def __init__(self, **rest):
            super().__init__()

    assert clone(Mine(extra=1)).extra == 1
    assert Open(anything=1).hidden_size == 32
    with pytest.raises(TypeError, match=r"^Mine has no parameter 'extras'\. Did you"):
        Mine(extras=1)
