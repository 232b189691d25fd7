"""The classifiers: each is the name of a cell, and a docstring."""

from dataclasses import dataclass
from typing import ClassVar

from skrnn.estimators.base_classifier import RecurrentClassifier
from skrnn.parameters.constraints import OneOf
from skrnn.parameters.docstrings import CLASSIFIER, documented


@documented(CLASSIFIER)
@dataclass(eq=False, repr=False, kw_only=True)
class RNNClassifier(RecurrentClassifier):
    """Classifier of sequences with a simple (Elman) recurrent network.

    Quick, and enough where what matters lies a few dozen steps back at most.

    {parameters}
    activation : {{"tanh", "relu"}}, default="tanh"
        What a hidden unit does to its weighted inputs.

    {attributes}

    See Also
    --------
    LSTMClassifier, GRUClassifier : Remember for longer.

    Examples
    --------
    >>> from skrnn import RNNClassifier
    >>> from skrnn.datasets import make_sign_of_sum
    >>> X, y = make_sign_of_sum(n_samples=500, random_state=0)
    >>> clf = RNNClassifier(hidden_size=16, max_iter=60, random_state=0).fit(X, y)
    >>> X_new, y_new = make_sign_of_sum(n_samples=500, random_state=1)
    >>> clf.score(X_new, y_new) > 0.9
    True
    """

    alpha: float = 0.003
    activation: str = "tanh"

    _cell: ClassVar = "rnn"
    _rates: ClassVar = {"adam": 0.01, "sgd": 0.1}
    # The states are all the memory that there is.
    _noise: ClassVar = (0.0, 0.2)
    _cell_options: ClassVar = ("activation",)
    _parameter_constraints: ClassVar[dict] = {
        **RecurrentClassifier._parameter_constraints,
        "activation": [OneOf(("tanh", "relu"))],
    }


@documented(CLASSIFIER)
class LSTMClassifier(RecurrentClassifier):
    """Classifier of sequences with a long short-term memory network.

    The one to begin with: its gates let it keep what it has read for hundreds of
    steps.

    {parameters}

    {attributes}

    See Also
    --------
    GRUClassifier : Fewer weights, and often as good.
    RNNClassifier : Simpler and quicker, with a shorter memory.

    Examples
    --------
    >>> from skrnn import LSTMClassifier
    >>> from skrnn.datasets import load_japanese_vowels
    >>> X, y = load_japanese_vowels(subset="train", return_X_y=True)
    >>> clf = LSTMClassifier(max_iter=40, random_state=0).fit(X, y)
    >>> X_new, y_new = load_japanese_vowels(subset="test", return_X_y=True)
    >>> clf.score(X_new, y_new) > 0.9
    True
    """

    _cell: ClassVar = "lstm"


@documented(CLASSIFIER)
class GRUClassifier(RecurrentClassifier):
    """Classifier of sequences with gated recurrent units.

    Three quarters of the weights of an LSTM, quicker, and often as good.

    {parameters}

    {attributes}

    See Also
    --------
    LSTMClassifier : A separate memory cell, and one more gate.
    RNNClassifier : Simpler and quicker, with a shorter memory.

    Examples
    --------
    >>> from skrnn import GRUClassifier
    >>> from skrnn.datasets import load_japanese_vowels
    >>> X, y = load_japanese_vowels(subset="train", return_X_y=True)
    >>> clf = GRUClassifier(max_iter=40, random_state=0).fit(X, y)
    >>> X_new, y_new = load_japanese_vowels(subset="test", return_X_y=True)
    >>> clf.score(X_new, y_new) > 0.9
    True
    """

    _cell: ClassVar = "gru"
