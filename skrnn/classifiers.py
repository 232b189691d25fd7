"""The classifiers: each is the name of a cell, and a docstring."""

from skrnn.constraints import OneOf
from skrnn.docstrings import documented
from skrnn.recurrent_classifier import RecurrentClassifier


@documented
class RNNClassifier(RecurrentClassifier):
    """Classifier of sequences with a simple (Elman) recurrent network.

    Quick, and enough where what matters lies a few dozen steps back at most.

    {parameters}
    activation : {{"tanh", "relu"}}, default="tanh"
        What a hidden unit does to its weighted inputs.

    {attributes}

    See Also
    --------
    LSTMClassifier : Remembers for longer.

    Examples
    --------
    >>> from skrnn import RNNClassifier
    >>> from skrnn.datasets import make_sign_of_sum
    >>> X, y = make_sign_of_sum(n_samples=500, random_state=0)
    >>> clf = RNNClassifier(hidden_size=16, random_state=0).fit(X, y)
    >>> X_new, y_new = make_sign_of_sum(n_samples=500, random_state=1)
    >>> clf.score(X_new, y_new) > 0.9
    True
    """

    _cell = "rnn"
    _cell_options = ("activation",)
    _parameter_constraints = {  # noqa: RUF012
        **RecurrentClassifier._parameter_constraints,
        "activation": [OneOf(("tanh", "relu"))],
    }

    def __init__(
        self,
        hidden_size=32,
        *,
        pooling="concat",
        activation="tanh",
        solver="adam",
        alpha=0.003,
        batch_size="auto",
        learning_rate="cosine",
        learning_rate_init=0.005,
        momentum=0.9,
        max_grad_norm=1.0,
        max_iter=100,
        tol=1e-4,
        n_iter_no_change=25,
        early_stopping=False,
        validation_fraction=0.1,
        class_weight=None,
        features_per_step=1,
        warm_start=False,
        verbose=False,
        random_state=None,
    ):
        super().__init__(
            hidden_size,
            pooling=pooling,
            solver=solver,
            alpha=alpha,
            batch_size=batch_size,
            learning_rate=learning_rate,
            learning_rate_init=learning_rate_init,
            momentum=momentum,
            max_grad_norm=max_grad_norm,
            max_iter=max_iter,
            tol=tol,
            n_iter_no_change=n_iter_no_change,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            class_weight=class_weight,
            features_per_step=features_per_step,
            warm_start=warm_start,
            verbose=verbose,
            random_state=random_state,
        )
        self.activation = activation


@documented
class LSTMClassifier(RecurrentClassifier):
    """Classifier of sequences with a long short-term memory network.

    The one to begin with: its gates let it keep what it has read for hundreds of
    steps.

    {parameters}

    {attributes}

    See Also
    --------
    RNNClassifier : Simpler and quicker, with a shorter memory.

    Examples
    --------
    >>> from skrnn import LSTMClassifier
    >>> from skrnn.datasets import load_japanese_vowels
    >>> X, y = load_japanese_vowels(subset="train", return_X_y=True)
    >>> clf = LSTMClassifier(hidden_size=16, max_iter=60, random_state=0).fit(X, y)
    >>> X_new, y_new = load_japanese_vowels(subset="test", return_X_y=True)
    >>> clf.score(X_new, y_new) > 0.9
    True
    """

    _cell = "lstm"
