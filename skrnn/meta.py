"""What estimators share that train a copy of a network."""

from sklearn import get_config
from sklearn.base import MetaEstimatorMixin
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)

from skrnn.callbacks import CallbackSupportMixin

#: What is known of X once the copy is fitted.
OF_X = ("n_features_in_", "feature_names_in_")


class TrainsNetwork(MetaEstimatorMixin, CallbackSupportMixin):
    """Trains a copy of its `estimator`, which gets what else `fit` was given.

    Without metadata routing the copy gets all of it; with it, what it has requested.
    """

    def get_metadata_routing(self):
        """Say that what `fit` gets goes to `fit` of the network, if it asks for it.

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
        """Give what the network is to get beside X and y, a dict."""
        if sample_weight is not None:
            params = {**params, "sample_weight": sample_weight}
        if get_config()["enable_metadata_routing"]:
            return dict(process_routing(self, "fit", **params).estimator.fit)
        return params

    def _publish(self, fitted):
        """Show the fitted copy, and what it knows of X."""
        for name in OF_X:
            vars(self).pop(name, None)
            if hasattr(fitted, name):
                setattr(self, name, getattr(fitted, name))
        self.estimator_ = fitted
