"""Methods that cannot be called, and what is said of it.

The texts speak of LSTMClassifier; all kinds are held to them.
"""

from functools import partial

import pytest
from sklearn.exceptions import NotFittedError

from tests.messages import BLOCK, Y, failure, first_call, methods_of, text_for


def test_before_fit(any_small):
    estimator = any_small()
    for call in (*methods_of(estimator), partial(estimator.score, y=Y)):
        said = failure(NotFittedError, call, BLOCK)
        assert said == text_for(
            estimator,
            "This LSTMClassifier instance is not fitted yet. Call 'fit' with "
            "appropriate arguments before using this estimator.",
        )


@pytest.mark.parametrize(
    ("layer", "shown"),
    [
        (2, "2"),
        (-3, "-3"),
        (0.0, "0.0"),
        (True, "True"),
        ("last", "'last'"),
        (None, "None"),
    ],
)
def test_layer_of_hidden_states(any_small, layer, shown):
    estimator = any_small(n_layers=2).fit(BLOCK, Y)
    assert failure(ValueError, estimator.hidden_states, BLOCK, layer) == text_for(
        estimator,
        "layer must be an int from -2 to 1: this LSTMClassifier has 2 layer(s). Got "
        f"{shown}.",
    )


def test_partial_fit_holds_nothing_out(any_small):
    text = (
        "partial_fit does not support early_stopping=True: it holds nothing out. Set "
        "it to False and score on data of your own between calls."
    )
    estimator = any_small(early_stopping=True)
    call = first_call(estimator, "partial_fit")
    assert failure(ValueError, call, BLOCK, Y) == text
    assert vars(estimator) == vars(any_small(early_stopping=True))
    fitted = any_small().fit(BLOCK, Y).set_params(early_stopping=True)
    assert failure(ValueError, fitted.partial_fit, BLOCK, Y) == text


def test_lbfgs_has_no_partial_fit(any_small):
    estimator = any_small(solver="lbfgs")
    assert not hasattr(estimator, "partial_fit")
    with pytest.raises(AttributeError) as caught:
        estimator.partial_fit(BLOCK, Y)
    assert str(caught.value.__cause__) == (
        "partial_fit does not support solver='lbfgs', which reads all sequences at "
        "once. Use solver='adam' or 'sgd'."
    )
    assert hasattr(estimator.set_params(solver="sgd"), "partial_fit")
