"""Base of the committees: sample, fit the members, publish, ask them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from sklearn import get_config
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone
from sklearn.utils import check_random_state, get_tags
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted

from skrnn.ensemble.data import Data, numbers_of
from skrnn.ensemble.members import (
    SEEDS,
    fit_and_ask,
    set_random_states,
    takes_weights,
)
from skrnn.ensemble.out_of_bag import mean_of_left_out, warn_of_unknown
from skrnn.ensemble.sampling import Population
from skrnn.fitting.fitted_state import publish
from skrnn.parameters.constraints import (
    Boolean,
    Interval,
    RandomState,
    check_parameters,
)
from skrnn.parameters.shared import CheckedNames, Settings
from skrnn.utils.documentation import DocumentationLink
from skrnn.validation import check_sequences, check_weights
from skrnn.validation.layouts import recognise

if TYPE_CHECKING:
    from sklearn.utils import Tags

    from skrnn.utils.typing import Array, ArrayLike, SequencesLike


class BaseSequenceBagging(
    DocumentationLink, CheckedNames, MetaEstimatorMixin, BaseEstimator, ABC
):
    """Base of the committees whose members are trained on samples of the sequences."""

    n_features_in_: int
    feature_names_in_: Array
    estimators_: list[Any]
    estimators_samples_: list[Array]
    oob_score_: float

    #: The fitted attribute with the out-of-bag outputs.
    _name_of_left_out: ClassVar[str]

    _parameter_constraints: ClassVar[dict] = {
        "n_estimators": [Interval(Integral, 1)],
        "max_samples": [Interval(Integral, 1), Interval(Real, 0, 1, closed="right")],
        "bootstrap": [Boolean()],
        "oob_score": [Boolean()],
        "n_jobs": Settings._parameter_constraints["n_jobs"],
        "random_state": [RandomState()],
        "verbose": Settings._parameter_constraints["verbose"],
    }

    def __init__(
        self,
        estimator: BaseEstimator | None = None,
        n_estimators: int = 10,
        *,
        max_samples: float = 1.0,
        bootstrap: bool = True,
        oob_score: bool = False,
        n_jobs: int | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: bool | int = 0,
    ) -> None:
        self.estimator = estimator
        self.n_estimators = n_estimators
        self.max_samples = max_samples
        self.bootstrap = bootstrap
        self.oob_score = oob_score
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.verbose = verbose

    @abstractmethod
    def _default_estimator(self):
        """Return the estimator that None stands for."""

    @abstractmethod
    def _check_y(self, y, weight):
        """Check labels or targets.

        Returns
        -------
        y : ndarray
            For the members.
        encoded : ndarray
            As numbers.
        classes : ndarray of shape (n,) or None
            What samples keep in proportion.
        fitted : dict of str to object
            Fitted attributes.
        """

    @abstractmethod
    def _question(self, fitted):
        """Return what members are asked: a function of a member and X.

        `fitted` are the fitted attributes.
        """

    @abstractmethod
    def _shape_of_outputs(self, data):
        """Return the shape of what a member says of the sequences of a fit."""

    @abstractmethod
    def _score_outputs(self, data, outputs, rows):
        """Score outputs, (n, ...), on some rows, a mask."""

    def fit(
        self,
        X: SequencesLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        **fit_params: Any,
    ) -> Self:
        """Train each member on a sample of the sequences.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences.
        y : array-like of shape (n,), or of shape (n, n_targets) for regressors
            Their labels or targets.
        sample_weight : array-like of shape (n,), default=None
            How much each sequence counts: it is drawn with a probability in
            proportion. A weight of k is k copies, zero is absence. Without `bootstrap`
            the members get the weights.
        **fit_params : dict
            What else each member takes, such as `groups`; with metadata routing, what
            it has requested.

        Returns
        -------
        self : object
            The fitted estimator.
        """
        check_parameters(self)
        params = self._for_members(fit_params)
        data = self._validate_data(X, y, sample_weight)
        self._check_sampling(data.population, sample_weight is not None)
        members, samples, outputs = self._fit_members(data, params)
        fitted = {
            **data.fitted,
            "estimators_": list(members),
            "estimators_samples_": [sample.drawn for sample in samples],
        }
        if self.oob_score:
            fitted |= self._left_out(data, samples, outputs)
        publish(self, fitted)
        return self

    def get_metadata_routing(self) -> MetadataRouter:
        """Return the routing: weights are for the draws, the rest for the members.

        Returns
        -------
        sklearn.utils.metadata_routing.MetadataRouter
        """
        mapping = MethodMapping().add(caller="fit", callee="fit")
        return (
            MetadataRouter(owner=self)
            .add_self_request(self)
            .add(estimator=self._estimator, method_mapping=mapping)
        )

    @property
    def _estimator(self):
        if self.estimator is None:
            return self._default_estimator()
        return self.estimator

    def _for_members(self, params):
        """Return the metadata for `fit` of the members, a dict."""
        if get_config()["enable_metadata_routing"]:
            return dict(process_routing(self, "fit", **params).estimator.fit)
        return params

    def _validate_data(self, X, y, sample_weight):
        name = type(self).__name__
        X, _ = recognise(X, name)
        # Whether a value may be missing is for the members to say.
        checked = check_sequences(self, X, numbers=False)
        weight = check_weights(sample_weight, len(checked))
        y, encoded, classes, fitted = self._check_y(y, weight)
        samples = numbers_of(checked.samples, self._estimator, name)
        fitted["n_features_in_"] = checked.format.n_features_in
        if (names := checked.format.names) is not None:
            fitted["feature_names_in_"] = names
        population = Population(samples, encoded, weight, classes)
        return Data(X, y, weight, population, fitted)

    def _check_sampling(self, population, weighted):
        """Raise ValueError where parameters and data do not go together."""
        name = type(self).__name__
        n = population.size_of_sample(self.max_samples, self.bootstrap, name)
        if not self.bootstrap and weighted and not takes_weights(self._estimator):
            raise ValueError(
                f"{name} with bootstrap=False passes sample_weight on to its members, "
                f"but fit of {type(self._estimator).__name__} takes none. Set "
                "bootstrap=True, which draws sequences by their weights; or, for a "
                "pipeline, switch metadata routing on and request sample_weight."
            )
        if self.oob_score and not self.bootstrap and n == len(population):
            raise ValueError(
                f"oob_score=True scores each sequence by the members of {name} that "
                "have not seen it, but with bootstrap=False and "
                f"max_samples={self.max_samples} all see all. Set bootstrap=True, or "
                "lower max_samples."
            )

    def _fit_members(self, data, params):
        """Fit the members on samples.

        Returns
        -------
        members : tuple of estimators
        samples : list of Sample
        outputs : tuple of ndarray or None
            What each says of the sequences that it has not seen, if `oob_score`.
        """
        members, samples = self._draw(data.population)
        question = self._question(data.fitted) if self.oob_score else None
        found = self._parallel()(
            delayed(fit_and_ask)(member, data.X, data.y, sample, params, question)
            for member, sample in zip(members, samples, strict=True)
        )
        members, outputs = zip(*found, strict=True)
        return members, samples, outputs

    def _draw(self, population):
        """Return members with seeds of their own, not fitted, and their samples."""
        name = type(self).__name__
        n = population.size_of_sample(self.max_samples, self.bootstrap, name)
        rng = check_random_state(self.random_state)
        members, samples = [], []
        for seed in rng.randint(SEEDS, size=int(self.n_estimators)):
            own = np.random.RandomState(seed)
            members.append(set_random_states(clone(self._estimator), own))
            samples.append(population.draw(n, bool(self.bootstrap), own))
        return members, samples

    def _parallel(self, **options):
        n_jobs = None if self.n_jobs is None else int(self.n_jobs)
        return Parallel(n_jobs=n_jobs, verbose=int(self.verbose), **options)

    def _outputs(self, X):
        """Return what each member says of X, (n_estimators, n, ...)."""
        check_is_fitted(self)
        X, _ = recognise(X, type(self).__name__)
        question = self._question(vars(self))
        # Threads, to which members and X need not be sent.
        outputs = self._parallel(prefer="threads")(
            delayed(question)(member, X) for member in self.estimators_
        )
        return np.stack(outputs)

    def _mean(self, X, return_std):
        """Return the mean over the members, and their deviation if it is asked for."""
        outputs = self._outputs(X)
        mean = outputs.mean(axis=0)
        return (mean, outputs.std(axis=0)) if return_std else mean

    def _left_out(self, data, samples, outputs):
        """Return the fitted attributes of `oob_score`."""
        mean, known = mean_of_left_out(self._shape_of_outputs(data), samples, outputs)
        if not known.all():
            warn_of_unknown(known, stacklevel=4)
        has_score = data.weight[known].any()
        score = self._score_outputs(data, mean, known) if has_score else np.nan
        return {"oob_score_": float(score), self._name_of_left_out: mean}

    def __sklearn_tags__(self) -> Tags:
        """Return the tags: every layout, and the targets that the members take."""
        tags = super().__sklearn_tags__()
        inner = get_tags(self._estimator)
        tags.input_tags.allow_nan = inner.input_tags.allow_nan
        tags.input_tags.three_d_array = True
        tags.target_tags.multi_output = inner.target_tags.multi_output
        return tags
