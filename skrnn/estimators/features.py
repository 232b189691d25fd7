"""Recurrent features: a trained network as a transformer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from skrnn.estimators.introspection import answers_every_step, check_is_network
from skrnn.estimators.metaestimator import NetworkMetaEstimator
from skrnn.fitting.fitted_state import fitted_network
from skrnn.utils.documentation import DocumentationLink

if TYPE_CHECKING:
    from skrnn.utils.typing import Array, ArrayLike, SequencesLike


class RecurrentFeatures(
    DocumentationLink, NetworkMetaEstimator, TransformerMixin, BaseEstimator
):
    """Turns sequences into the features that a recurrent network has learnt.

    `fit` trains a copy of a recurrent classifier or regressor, and `transform` gives
    what its head reads: the hidden states of its top layer, pooled over the steps. What
    comes out is a table, whatever the layout of the sequences, on which any other
    estimator can go on in a pipeline.

    It is a transformer of its own, and not a `transform` method of the networks,
    because a pipeline asks the same step to be either a transformer or the predictor:
    so the network is trained inside each fold of a cross-validation, like any other
    step, its parameters are within reach of a grid search as ``estimator__hidden_size``
    and the names of the features go down the pipeline. To use a network that is
    trained already, wrap it in `sklearn.frozen.FrozenEstimator`.

    Read more in the :ref:`User Guide <guide_features>`.

    Parameters
    ----------
    estimator : estimator
        A classifier or regressor of skrnn.

    Attributes
    ----------
    estimator_ : estimator
        The fitted copy.
    n_features_in_ : int
        Features of a step, or columns of a table.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, for tables and sequences that are data frames.

    Examples
    --------
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn.pipeline import make_pipeline
    >>> from skrnn import GRUClassifier, RecurrentFeatures
    >>> from skrnn.datasets import load_japanese_vowels
    >>> X, y = load_japanese_vowels(subset="train", return_X_y=True)
    >>> network = GRUClassifier(hidden_size=4, max_iter=30, random_state=0)
    >>> features = RecurrentFeatures(network)
    >>> table = features.fit_transform(X, y)
    >>> table.shape
    (270, 12)
    >>> features.get_feature_names_out()[:5].tolist()
    ['last_0', 'last_1', 'last_2', 'last_3', 'mean_0']
    >>> pipeline = make_pipeline(features, KNeighborsClassifier()).fit(X, y)
    >>> pipeline.score(X, y) > 0.9
    True
    """

    estimator_: Any
    n_features_in_: int
    feature_names_in_: Array

    def __init__(self, estimator: BaseEstimator) -> None:
        self.estimator = estimator

    def fit(
        self,
        X: SequencesLike,
        y: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
        **fit_params: Any,
    ) -> Self:
        """Train a copy of the network.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences.
        y : array-like of shape (n,) or (n, n_outputs), default=None
            Their labels or targets; only a frozen network does without.
        sample_weight : array-like of shape (n,), default=None
            How much each sequence counts.
        **fit_params : dict
            What else the network takes, such as `groups`; with metadata routing, what
            it has requested.

        Returns
        -------
        self : object
            The fitted transformer.
        """
        check_is_network(
            self.estimator,
            "RecurrentFeatures",
            expected="a classifier or regressor of skrnn as estimator",
            advice=". Put scalers and the like before it in a pipeline.",
        )
        if answers_every_step(self.estimator):
            raise TypeError(
                "RecurrentFeatures pools what a network has read of a sequence, but "
                f"{type(self.estimator).__name__} has an answer for every step and "
                "pools nothing. Pass an estimator without Step in its name, or use the "
                "hidden_states of this one."
            )
        params = self._for_network(sample_weight, fit_params)
        self._fit_copy(X, y, lambda copy: copy.fit(X, y, **params))
        return self

    def transform(self, X: SequencesLike) -> Array:
        """Compute the features of each sequence.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray of shape (n, n_pooled)
        """
        check_is_fitted(self)
        return self.estimator_.pooled_states(X)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """Name the features: the way of pooling, the direction if two, the unit.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Not used: a feature is of all columns.

        Returns
        -------
        ndarray of str objects of shape (n_pooled,)
        """
        check_is_fitted(self)
        names = fitted_network(self.estimator_).pooled_names
        return np.asarray(names, dtype=object)

    def __sklearn_tags__(self) -> Any:
        """Return the tags of the network, which needs targets."""
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.input_tags = inner.input_tags
        tags.target_tags = inner.target_tags
        return tags
