"""Weights that do not fit, and what is said of them.

The texts speak of LSTMClassifier; all kinds are held to them.
"""

import joblib
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from skrnn import GRUClassifier, LSTMClassifier
from skrnn.interop import load_torch_state, torch_state
from tests.messages import BLOCK, Y, failure, text_for

NAMES = (
    "['weight_ih_l0', 'weight_hh_l0', 'bias_ih_l0', 'bias_hh_l0', 'head.weight', "
    "'head.bias']"
)
BAD_STATES = {
    "missing": (
        lambda state: state.pop("head.bias"),
        "The state does not fit this LSTMClassifier: missing ['head.bias'], unknown "
        f"[]. It must have exactly the names {NAMES}.",
    ),
    "unknown": (
        lambda state: state.update(bias=np.ones(1)),
        "The state does not fit this LSTMClassifier: missing [], unknown ['bias']. It "
        f"must have exactly the names {NAMES}.",
    ),
    "shape": (
        lambda state: state.update({"head.bias": np.ones(2)}),
        "'head.bias' must have shape (1,) for this LSTMClassifier, got (2,): "
        "the cell, a size or the pooling differs.",
    ),
    "not finite": (
        lambda state: state.update({"head.bias": [np.nan]}),
        "'head.bias' has values that are not finite.",
    ),
    "complex": (
        lambda state: state.update({"head.bias": [1j]}),
        "'head.bias' must have real numbers, got dtype complex128.",
    ),
    "strings": (
        lambda state: state.update({"head.bias": ["a"]}),
        "'head.bias' must have real numbers, got dtype <U1.",
    ),
}


@pytest.mark.parametrize("case", BAD_STATES)
def test_load_torch_state(any_small, case):
    spoil, text = BAD_STATES[case]
    estimator = any_small().fit(BLOCK, Y)
    before, state = joblib.hash(vars(estimator)), torch_state(estimator)
    state["weight_ih_l0"] += 1.0
    spoil(state)
    said = failure(ValueError, load_torch_state, estimator, state)
    assert said == text_for(estimator, text)
    assert joblib.hash(vars(estimator)) == before


@pytest.mark.parametrize(
    ("kind", "parameters", "text"),
    [
        (
            LSTMClassifier,
            {"n_layers": 2},
            "The state does not fit this LSTMClassifier: missing [], unknown "
            "['weight_ih_l1', 'weight_hh_l1', 'bias_ih_l1', 'bias_hh_l1']. It must "
            f"have exactly the names {NAMES}.",
        ),
        (
            LSTMClassifier,
            {"bidirectional": True},
            "The state does not fit this LSTMClassifier: missing [], unknown "
            "['weight_ih_l0_reverse', 'weight_hh_l0_reverse', 'bias_ih_l0_reverse', "
            f"'bias_hh_l0_reverse']. It must have exactly the names {NAMES}.",
        ),
        (
            LSTMClassifier,
            {"hidden_size": 5},
            "'weight_ih_l0' must have shape (16, 2) for this LSTMClassifier, got "
            "(20, 2): the cell, a size or the pooling differs.",
        ),
        (
            LSTMClassifier,
            {"pooling": "last"},
            "'head.weight' must have shape (1, 12) for this LSTMClassifier, got "
            "(1, 4): the cell, a size or the pooling differs.",
        ),
        (
            GRUClassifier,
            {},
            "'weight_ih_l0' must have shape (16, 2) for this LSTMClassifier, got "
            "(12, 2): the cell, a size or the pooling differs.",
        ),
    ],
    ids=["deeper", "bidirectional", "wider", "last", "gru"],
)
def test_torch_state_of_another_architecture(kind, parameters, text):
    small = {"hidden_size": 4, "max_iter": 1, "random_state": 0}
    state = torch_state(kind(**{**small, **parameters}).fit(BLOCK, Y))
    clf = LSTMClassifier(**small).fit(BLOCK, Y)
    assert failure(ValueError, load_torch_state, clf, state) == text


def test_torch_state_that_is_no_dict(any_small):
    estimator = any_small().fit(BLOCK, Y)
    assert failure(TypeError, load_torch_state, estimator, [1.0]) == (
        "The state must be a dict of arrays by name, got list."
    )


def test_torch_state_before_fit(any_small):
    state = torch_state(any_small().fit(BLOCK, Y))
    for call in [
        lambda: torch_state(any_small()),
        lambda: load_torch_state(any_small(), state),
    ]:
        name = type(any_small()).__name__
        said = failure(NotFittedError, call)
        assert said.startswith(f"This {name} instance is not fitted")
