"""Transformers of steps, and sequences for them."""

import numpy as np
from numpy.testing import assert_allclose
from sklearn.base import BaseEstimator, TransformerMixin

from skrnn import RNNClassifier
from skrnn.preprocessing import PerStepTransformer


def stacked(X, width=2):
    """Give all steps, one below the other."""
    return np.concatenate([np.reshape(x, (-1, width)) for x in X])


def small():
    return RNNClassifier(hidden_size=4, max_iter=3, random_state=0)


def per_step(transformer, X):
    """Make one for these sequences: two columns of a table are a step."""
    is_table = getattr(X, "ndim", None) == 2
    return PerStepTransformer(transformer, features_per_step=2 if is_table else 1)


def assert_equal_sequences(found, expected):
    for x, other in zip(found, expected, strict=True):
        assert_allclose(x, other, rtol=1e-12, atol=1e-12)


class Recorder(TransformerMixin, BaseEstimator):
    """Keeps whatever it is fitted on, in a list that its clones share."""

    seen: list = []  # noqa: RUF012

    def fit(self, X, y=None):
        self.seen.append(X.copy())
        self.fitted_ = True
        return self

    def transform(self, X):
        return X


class Twice(BaseEstimator):
    """A transformer without `fit_transform`."""

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def transform(self, X):
        return 2 * X
