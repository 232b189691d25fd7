"""Per-step transformer: any transformer of scikit-learn, at every step."""

from __future__ import annotations

from contextlib import nullcontext
from copy import deepcopy
from numbers import Integral
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, MetaEstimatorMixin, OneToOneFeatureMixin, clone
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skrnn.estimators.callbacks import (
    CallbackSupportMixin,
    propagate_callbacks,
    with_callbacks,
)
from skrnn.fitting.fitted_state import publish
from skrnn.parameters.constraints import (
    Interval,
    Options,
    Transformer,
    check_parameters,
)
from skrnn.preprocessing.metadata import make_router, metadata_of_steps
from skrnn.preprocessing.output import OutputByLayout
from skrnn.preprocessing.steps import Steps, format_of_outputs, without_names
from skrnn.utils.documentation import DocumentationLink
from skrnn.validation import SequenceFormat
from skrnn.validation.layouts import TABLE

if TYPE_CHECKING:
    from sklearn.utils.metadata_routing import MetadataRouter

    from skrnn.utils.typing import Array, ArrayLike, SequenceArrays, SequencesLike

PASSTHROUGH = "passthrough"


def _inner_has(method):
    """Make a condition: the transformer, fitted if it is, has a method."""
    return lambda self: hasattr(vars(self).get("transformer_", self._inner), method)


class PerStepTransformer(
    DocumentationLink,
    MetaEstimatorMixin,
    OutputByLayout,
    CallbackSupportMixin,
    BaseEstimator,
):
    """Applies a transformer of scikit-learn to every step of sequences.

    Transformers of scikit-learn want a table with one row a sample. Here a row is a
    step: the transformer is fitted on the steps of all sequences that `fit` gets, and
    what it makes of steps is cut into sequences again. An array stays an array, and a
    list a list of arrays of the same lengths. In a pipeline it is fitted on the
    training part of each split, as any other step, and never sees the rest.

    NaN and text pass through to the transformer, which takes them or does not.

    Read more in the :ref:`User Guide <guide_preprocessing>`.

    Parameters
    ----------
    transformer : transformer or "passthrough"
        Whatever transforms tables row by row: a scaler, an imputer, a decomposition, a
        `ColumnTransformer`, a pipeline or union of them. "passthrough" changes nothing.
    features_per_step : int, default=1
        For tables: how many columns make a step. The columns of the first step come
        first.

    Attributes
    ----------
    transformer_ : transformer
        The fitted copy.
    n_features_in_ : int
        Features of a step, or columns of a table.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, for tables and sequences that are data frames.
    input_layout_ : {"3-D array", "ragged list", "table"}
        The layout of the sequences.
    features_per_step_ : int
        Only for tables.

    Notes
    -----
    What is given for each sequence, each of its steps gets: its label in `y`, its
    `sample_weight`. A longer sequence counts more, since it has more steps.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.impute import SimpleImputer
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skrnn import GRUClassifier
    >>> from skrnn.preprocessing import PerStepTransformer
    >>> X = [np.array([[1.0, 0.0], [np.nan, 4.0]]), np.array([[3.0, 8.0]])]
    >>> scaler = PerStepTransformer(make_pipeline(SimpleImputer(), StandardScaler()))
    >>> for x in scaler.fit_transform(X):
    ...     print(x.round(2).tolist())
    [[-1.22, -1.22], [0.0, 0.0]]
    [[1.22, 1.22]]
    >>> pipeline = make_pipeline(scaler, GRUClassifier(max_iter=5, random_state=0))
    >>> pipeline.fit(X * 10, [0, 1] * 10).predict(X)
    array([0, 1])
    """

    _parameter_constraints: ClassVar[dict] = {
        "transformer": [Transformer(), Options((PASSTHROUGH,))],
        "features_per_step": [Interval(Integral, 1)],
    }

    def __init__(self, transformer: Any, *, features_per_step: int = 1) -> None:
        self.transformer = transformer
        self.features_per_step = features_per_step

    def fit(self, X: SequencesLike, y: ArrayLike | None = None, **params: Any) -> Self:
        """Fit the transformer to the steps of all sequences.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences.
        y : array-like of shape (n,) or (n, n_outputs), default=None
            Their labels or targets, for a transformer that wants some.
        **params : dict
            Metadata for the transformer, such as `sample_weight`. Without metadata
            routing all of it goes to `fit` of the transformer; with it, what that has
            requested.

        Returns
        -------
        self : object
            The fitted transformer.
        """
        self._fit(X, y, params, "fit")
        return self

    @available_if(_inner_has("partial_fit"))
    def partial_fit(
        self, X: SequencesLike, y: ArrayLike | None = None, **params: Any
    ) -> Self:
        """Fit the transformer to some more sequences.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences.
        y : array-like of shape (n,) or (n, n_outputs), default=None
            Their labels or targets, for a transformer that wants some.
        **params : dict
            Metadata for the transformer, as in `fit`.

        Returns
        -------
        self : object
            The transformer.
        """
        self._fit(X, y, params, "partial_fit", resume=hasattr(self, "transformer_"))
        return self

    @available_if(_inner_has("inverse_transform"))
    def inverse_transform(self, X: SequencesLike, **params: Any) -> SequenceArrays:
        """Transform every step back.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_outputs), list of n arrays of shape \
(n_steps_i, n_outputs), or table of shape (n, n_steps * n_outputs)
            What `transform` gave.
        **params : dict
            Metadata for the transformer.

        Returns
        -------
        ndarray of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or ndarray of shape (n, n_columns)
            Sequences in the layout of `fit`.
        """
        check_is_fitted(self)
        X = without_names(X)  # its columns are not those of `fit`
        steps = Steps.of(self, X, format_of_outputs(self, X))
        return self._apply("inverse_transform", steps, params)

    @available_if(_inner_has("get_feature_names_out"))
    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """Name the features of a step, or the columns of a table.

        Parameters
        ----------
        input_features : array-like of str of shape (`n_features_in_`,), default=None
            Names of what came in.

        Returns
        -------
        ndarray of str objects of shape (n_outputs,) or (n_steps * n_outputs,)
            In a table, a feature that keeps its name is called as its column; another
            gets the number of its step, as in "pca0_step3".
        """
        check_is_fitted(self)
        names = OneToOneFeatureMixin.get_feature_names_out(self, input_features)
        if self.input_layout_ != TABLE:
            return self.transformer_.get_feature_names_out(names)
        width = self.features_per_step_
        inner = [f"x{i}" for i in range(width)]
        found = self.transformer_.get_feature_names_out(inner)
        steps = names.reshape(-1, width)
        return np.asarray(
            [
                columns[inner.index(name)] if name in inner else f"{name}_step{step}"
                for step, columns in enumerate(steps)
                for name in found
            ],
            dtype=object,
        )

    def get_metadata_routing(self) -> MetadataRouter:
        """Return which metadata goes to which method of the transformer.

        Returns
        -------
        MetadataRouter
        """
        return make_router(self, self._inner)

    @property
    def _inner(self):
        if isinstance(self.transformer, str) and self.transformer == PASSTHROUGH:
            return FunctionTransformer(feature_names_out="one-to-one")
        return self.transformer

    def _fit(self, X, y, params, method, resume=False):
        """Fit by a method, publish what was learnt, and return what the method gave."""
        out, fitted = self._learn(X, y, params, method, resume)
        publish(self, fitted)
        return out

    @with_callbacks
    def _learn(self, X, y, params, method, resume):
        """Return what a method gives, and the fitted attributes after it."""
        check_parameters(self)
        steps = Steps.of(self, X, SequenceFormat.of(self) if resume else None)
        params = self._route(method, params, steps)
        y = None if y is None else steps.repeat_targets(y)
        inner = deepcopy(self.transformer_) if resume else clone(self._inner)
        in_parts = method == "partial_fit"
        with nullcontext() if in_parts else propagate_callbacks(self, inner, X, y):
            if method in params:
                out = self._call(inner, method, steps, y, **params[method])
            else:
                self._call(inner, "fit", steps, y, **params["fit"])
                out = self._call(inner, "transform", steps, **params["transform"])
        if method == "fit_transform":
            out = steps.restore(out, type(inner).__name__)
        return out, {**steps.format.attributes, "transformer_": inner}

    def _fit_transform(self, X, y, params):
        return self._fit(X, y, params, "fit_transform")

    def _transform(self, X, params):
        check_is_fitted(self)
        steps = Steps.of(self, X, SequenceFormat.of(self))
        return self._apply("transform", steps, params)

    def _apply(self, method, steps, params):
        params = self._route(method, params, steps)[method]
        out = self._call(self.transformer_, method, steps, **params)
        return steps.restore(out, type(self.transformer_).__name__)

    def _call(self, inner, method, steps, *y, **params):
        """Call a method of the transformer; if values stand against it, say where."""
        try:
            return getattr(inner, method)(steps.values, *y, **params)
        except ValueError as error:
            if note := steps.first_not_finite():
                error.add_note(note)
            raise

    def _route(self, method, params, steps):
        return metadata_of_steps(self, method, params, steps, self._inner)

    def __sklearn_tags__(self) -> Any:
        """Return the tags of the transformer: sequences may be 3-D arrays."""
        tags = super().__sklearn_tags__()
        if hasattr(self._inner, "__sklearn_tags__"):
            inner = get_tags(self._inner)
            tags.input_tags = inner.input_tags
            tags.target_tags = inner.target_tags
            tags.transformer_tags = inner.transformer_tags
            tags.non_deterministic = inner.non_deterministic
        tags.input_tags.sparse = False
        tags.input_tags.three_d_array = True
        return tags
