"""What all estimators on a cluster have in common."""

from __future__ import annotations

import copy
import inspect
from contextlib import contextmanager
from numbers import Integral
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skrnn.dask.clients import ClientLike, find_client
from skrnn.dask.crew import Crew
from skrnn.dask.lazy import computed, predict_lazily
from skrnn.dask.shards import ClusterWorkers
from skrnn.parameters.constraints import Interval, Options
from skrnn.training import SOLVERS, AveragingSolver
from skrnn.validation.layouts import is_lazy

if TYPE_CHECKING:
    from typing import Self

#: Constraints of the parameters that these estimators have beyond those of the others.
CONSTRAINTS = {
    "client": [ClientLike(), Options((None,))],
    "average_every": [Interval(Integral, 1), Options((None,))],
}

#: What all docstrings say after their first line.
DOCSTRING = """

    The workers of a Dask cluster share out each batch. The numbers are those of
    `skrnn.{name}`, to the bit, whoever joins or is lost. So are the other parameters
    and the attributes: see `skrnn.{name}`. `n_jobs` threads of this process score the
    sequences held out, and predict.

    Read more in the :ref:`User Guide <guide_dask_fit>`.

    Parameters
    ----------
    client : distributed.Client or None, default=None
        Client of the cluster; None is that which the process has as its default. It is
        no part of what is pickled, and clones share it.
    average_every : int or None, default=None
        For slow networks: four replicas take so many steps each, on batches of their
        own, before their weights are averaged. Numbers differ from those of None, but
        not with the number of workers. Not with "lbfgs".

    See Also
    --------
    skrnn.{name} : The same without a cluster.

    Examples
    --------
    >>> from distributed import Client
    >>> from skrnn.dask import {name}
    >>> from skrnn.datasets import make_sign_of_sum
    >>> X, y = make_sign_of_sum(n_samples=400, n_steps=5, random_state=0)
    >>> with Client(processes=False, n_workers=2, dashboard_address=":0") as client:
    ...     model = {name}(
    ...         hidden_size=200, batch_size=200, client=client, max_iter=2
    ...     ).fit(X, {targets})
    >>> model.to_local().predict(X).shape == model.predict(X).shape
    True
    """


class ClusterMixin:
    """Mixin of the estimators whose shards are evaluated by a cluster."""

    #: The estimator without a cluster.
    _plain: ClassVar[type]

    client: Any
    average_every: int | None

    if TYPE_CHECKING:  # The others have `on_cluster` make it.

        def __init__(
            self,
            *values: Any,
            client: Any = None,
            average_every: int | None = None,
            **parameters: Any,
        ) -> None: ...

    def predict(self, X: Any) -> Any:
        """Predict as the estimator of the same name in `skrnn` does.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), table of shape (n, n_columns), or Dask collection
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray, list of ndarray, or Dask collection
            Of a Dask array or data frame a Dask array of as many blocks, of a bag a
            bag, of a delayed value a delayed value: nothing of it is computed yet.
        """
        return self._ask("predict", X)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Compute the score that the estimator of the same name in `skrnn` has.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), table of shape (n, n_columns), or Dask collection
            The sequences, in the layout of `fit`. Those of a collection are predicted
            where they are.
        y : array-like or Dask collection
            Their targets, as in `fit`.
        sample_weight : array-like or Dask collection, default=None
            How much each sequence counts.

        Returns
        -------
        float
        """
        if not is_lazy(X):
            return super().score(X, *computed(y, sample_weight))
        with self._client().as_current():
            answers, y, sample_weight = computed(self.predict(X), y, sample_weight)
        if self._head != "steps":
            answers = np.asarray(answers)
        local = self.to_local()
        # What is to be scored is known already.
        local.predict = lambda X: answers
        return local.score(X, y, sample_weight)

    def to_local(self) -> Any:
        """Return the same model without a cluster.

        Returns
        -------
        estimator
            That of the same name in `skrnn`, with the parameters and, if there are any,
            the fitted attributes of this one. It can be saved and used where there is
            no Dask.
        """
        parameters = self.get_params(deep=False)
        local = self._plain(
            **{k: v for k, v in parameters.items() if k not in CONSTRAINTS}
        )
        kept = {
            name: value
            for name, value in vars(self).items()
            if name.endswith("_") or name == "_metadata_request"
        }
        vars(local).update(kept)
        return local

    def _ask(self, name, X):
        """Return the answer of a method of the plain estimator, lazily if X is lazy."""
        if not is_lazy(X):
            return getattr(super(), name)(X)
        check_is_fitted(self)
        return predict_lazily(getattr(self.to_local(), name), X)

    def _client(self):
        return find_client(self)

    def _validate_data(self, X, y, sample_weight, classes, groups, expected=None):
        if self.average_every is not None and not SOLVERS[self.solver].has_batches:
            raise ValueError(
                f"solver={self.solver!r} does not support average_every, as it reads "
                "all sequences for each step. Use solver='adam' or 'sgd', or None."
            )
        with self._client().as_current():
            y, sample_weight, groups = computed(y, sample_weight, groups)
            return super()._validate_data(
                X, y, sample_weight, classes, groups, expected
            )

    @contextmanager
    def _workers_for(self, run):
        name = f"skrnn.dask.{type(self).__name__}"
        with (
            super()._workers_for(run) as threads,
            Crew(self._client(), name) as crew,
        ):
            yield ClusterWorkers(threads, crew)

    def _create_solver(self, settings, name, **options):
        if self.average_every is None:
            return super()._create_solver(settings, name, **options)
        options["average_every"] = int(self.average_every)
        return AveragingSolver.create(settings, name, **options)

    def __sklearn_clone__(self) -> Self:
        """Return a clone, with the same client: there can be no copy of that."""
        bare = copy.copy(self)
        bare.client = None
        clone = super(ClusterMixin, bare).__sklearn_clone__()
        clone.client = self.client
        return clone

    def __getstate__(self):
        """Return the state without the client, which belongs to this process."""
        return {**super().__getstate__(), "client": None}


class ClusterClassifierMixin(ClusterMixin):
    """Mixin of the classifiers: they have probabilities too."""

    def predict_proba(self, X: Any) -> Any:
        """Predict probabilities as the estimator of the same name in `skrnn` does.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), table of shape (n, n_columns), or Dask collection
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray, list of ndarray, or Dask collection
            As `predict` has it.
        """
        return self._ask("predict_proba", X)

    def predict_log_proba(self, X: Any) -> Any:
        """Predict their logarithms as the estimator of the same name in `skrnn` does.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), table of shape (n, n_columns), or Dask collection
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray, list of ndarray, or Dask collection
            As `predict` has it.
        """
        return self._ask("predict_log_proba", X)

    def decision_function(self, X: Any) -> Any:
        """Compute the raw scores as the estimator of the same name in `skrnn` does.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), table of shape (n, n_columns), or Dask collection
            The sequences, in the layout of `fit`.

        Returns
        -------
        ndarray, list of ndarray, or Dask collection
            As `predict` has it.
        """
        return self._ask("decision_function", X)


def on_cluster(*, example):
    """Return a decorator that makes an estimator on a cluster of a class.

    The class gets the constructor of its plain estimator, which is the last of its
    bases, with two parameters more, and the rest of the docstring that it begins.

    Parameters
    ----------
    example : str
        Targets for `X` in the example of the docstring.
    """

    def decorate(kind):
        plain = kind.__bases__[-1]
        kind._plain = plain
        kind.__init__ = _constructor(kind, plain)
        kind._parameter_constraints = {**plain._parameter_constraints, **CONSTRAINTS}
        if kind.__doc__:  # there is none under python -OO
            kind.__doc__ += DOCSTRING.format(name=kind.__name__, targets=example)
        return kind

    return decorate


def _constructor(kind, plain):
    def __init__(self, *values, client=None, average_every=None, **parameters):
        plain.__init__(self, *values, **parameters)
        self.client = client
        self.average_every = average_every

    known = inspect.signature(plain.__init__)
    own = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None)
        for name in CONSTRAINTS
    ]
    __init__.__signature__ = known.replace(
        parameters=[*known.parameters.values(), *own]
    )
    __init__.__qualname__ = f"{kind.__qualname__}.__init__"
    return __init__
