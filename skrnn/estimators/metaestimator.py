"""Base of the estimators that train a copy of a network."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from sklearn import get_config
from sklearn.base import MetaEstimatorMixin, clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)
from sklearn.utils.validation import check_is_fitted

from skrnn.estimators.callbacks import (
    CallbackSupportMixin,
    propagate_callbacks,
    with_callbacks,
)
from skrnn.fitting.fitted_state import publish


class NetworkMetaEstimator(MetaEstimatorMixin, CallbackSupportMixin):
    """Trains a copy of its `estimator`, which gets what else `fit` was given.

    Without metadata routing the copy gets all of it; with it, what it has requested.
    """

    #: What is known of the copy once it is fitted, where it has it.
    _shown: ClassVar[tuple[str, ...]] = ("n_features_in_", "feature_names_in_")

    def get_metadata_routing(self) -> MetadataRouter:
        """Return the routing: metadata of `fit` goes to `fit` of the network.

        Returns
        -------
        sklearn.utils.metadata_routing.MetadataRouter
        """
        mapping = MethodMapping()
        for caller in ("fit", "fit_transform"):
            mapping.add(caller=caller, callee="fit")
        return MetadataRouter(owner=self).add(
            estimator=self.estimator, method_mapping=mapping
        )

    def _for_network(self, sample_weight, params):
        """Return the metadata for the network, a dict."""
        if sample_weight is not None:
            params = {**params, "sample_weight": sample_weight}
        if get_config()["enable_metadata_routing"]:
            return dict(process_routing(self, "fit", **params).estimator.fit)
        return params

    def _fit_copy(self, X, y, train, known=None):
        """Fit a copy of the network by a function of it, and publish it.

        `known` are attributes that it is to have beside those that it fits.

        If that fails, the earlier copy stays. Where there is none, an interrupt leaves
        what has been learnt so far, as `fit` of the network does.
        """
        fitted = clone(self.estimator)
        try:
            self._train_copy(X, y, fitted, train)
        except KeyboardInterrupt:
            if not hasattr(self, "estimator_"):
                with suppress(NotFittedError):
                    check_is_fitted(fitted)
                    self._publish(fitted, known)
            raise
        self._publish(fitted, known)

    @with_callbacks
    def _train_copy(self, X, y, fitted, train):
        """Train the copy, and propagate callbacks to it."""
        with propagate_callbacks(self, fitted, X, y):
            train(fitted)

    def _publish(self, fitted, known):
        """Show the fitted copy, and what it knows of X, in one stroke."""
        vars(fitted).update(known or {})
        shown = {k: getattr(fitted, k) for k in self._shown if hasattr(fitted, k)}
        publish(self, {**shown, "estimator_": fitted})
