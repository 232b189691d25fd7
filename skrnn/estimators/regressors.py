"""The regressors: each is the name of a cell, and a docstring."""

from dataclasses import dataclass
from typing import ClassVar

from skrnn.estimators.base_regressor import RecurrentRegressor
from skrnn.parameters.constraints import OneOf
from skrnn.parameters.docstrings import REGRESSOR, documented


@documented(REGRESSOR)
@dataclass(eq=False, repr=False, kw_only=True)
class RNNRegressor(RecurrentRegressor):
    """Regressor of sequences with a simple (Elman) recurrent network.

    Quick, and enough where what matters lies a few dozen steps back at most.

    {parameters}
    activation : {{"tanh", "relu"}}, default="tanh"
        What a hidden unit does to its weighted inputs.

    {attributes}

    See Also
    --------
    LSTMRegressor, GRURegressor : Remember for longer.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn import RNNRegressor
    >>> X = np.random.default_rng(0).normal(size=(300, 8, 1))
    >>> y = 1000 * X.sum(axis=(1, 2))
    >>> reg = RNNRegressor(hidden_size=16, max_iter=60, random_state=0)
    >>> reg = reg.fit(X[:200], y[:200])
    >>> reg.score(X[200:], y[200:]) > 0.9
    True
    """

    alpha: float = 0.003
    activation: str = "tanh"

    _cell: ClassVar = "rnn"
    _rates: ClassVar = {"adam": 0.01, "sgd": 0.1}
    _cell_options: ClassVar = ("activation",)
    _parameter_constraints: ClassVar[dict] = {
        **RecurrentRegressor._parameter_constraints,
        "activation": [OneOf(("tanh", "relu"))],
    }


@documented(REGRESSOR)
class LSTMRegressor(RecurrentRegressor):
    """Regressor of sequences with a long short-term memory network.

    The one to begin with: its gates let it keep what it has read for hundreds of
    steps.

    {parameters}

    {attributes}

    See Also
    --------
    GRURegressor : Fewer weights, and often as good.
    RNNRegressor : Simpler and quicker, with a shorter memory.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn import LSTMRegressor
    >>> X = np.random.default_rng(0).normal(size=(300, 8, 1))
    >>> y = X.max(axis=(1, 2))
    >>> reg = LSTMRegressor(hidden_size=16, max_iter=60, random_state=0)
    >>> reg = reg.fit(X[:200], y[:200])
    >>> reg.score(X[200:], y[200:]) > 0.9
    True
    """

    _cell: ClassVar = "lstm"


@documented(REGRESSOR)
class GRURegressor(RecurrentRegressor):
    """Regressor of sequences with gated recurrent units.

    Three quarters of the weights of an LSTM, quicker, and often as good.

    {parameters}

    {attributes}

    See Also
    --------
    LSTMRegressor : A separate memory cell, and one more gate.
    RNNRegressor : Simpler and quicker, with a shorter memory.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn import GRURegressor
    >>> X = np.random.default_rng(0).normal(size=(300, 8, 1))
    >>> y = np.column_stack([X.sum(axis=(1, 2)), X.max(axis=(1, 2))])
    >>> reg = GRURegressor(hidden_size=16, max_iter=60, random_state=0)
    >>> reg = reg.fit(X[:200], y[:200])
    >>> reg.predict(X[200:]).shape
    (100, 2)
    >>> reg.score(X[200:], y[200:]) > 0.9
    True
    """

    _cell: ClassVar = "gru"
