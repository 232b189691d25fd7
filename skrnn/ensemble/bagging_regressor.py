"""Committee of regressors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, overload

from sklearn.base import RegressorMixin

from skrnn.ensemble.base import BaseSequenceBagging
from skrnn.ensemble.members import Predictor, predictions
from skrnn.estimators.introspection import final_network
from skrnn.estimators.lstm_regressor import LSTMRegressor
from skrnn.estimators.scores import score_targets
from skrnn.losses import SquaredError
from skrnn.parameters.constraints import Options
from skrnn.validation import check_targets

if TYPE_CHECKING:
    from skrnn.utils.typing import Array, ArrayLike, SequencesLike


class SequenceBaggingRegressor(RegressorMixin, BaseSequenceBagging):
    """Committee of regressors, each trained on a sample of the sequences.

    What `sklearn.ensemble.BaggingRegressor` is for tables, this is for 3-D arrays and
    ragged lists, and for tables too. The prediction is the mean of those of the
    members, and how far these lie apart tells how much to rely on it.

    The members have seeds of their own, so that with ``bootstrap=False`` they are
    networks that differ in nothing but their beginnings.

    Read more in the :ref:`User Guide <guide_committees>`.

    Parameters
    ----------
    estimator : estimator, default=None
        A regressor: one of skrnn, a pipeline that ends in one, or any other that takes
        the sequences. None is an `LSTMRegressor` with its defaults.
    n_estimators : int, default=10
        Number of members.
    max_samples : int or float, default=1.0
        How many sequences are drawn for a member: a number, or a share of the different
        sequences that have weight.
    bootstrap : bool, default=True
        Whether a sequence may be drawn more than once. If not, and `max_samples` is
        1.0, all members learn from all sequences.
    oob_score : bool, default=False
        Whether to score the committee on its own training set: each sequence by the
        members that have not seen it.
    n_jobs : int, default=None
        Number of processes that train members at the same time, and of threads that
        ask them; -1 is as many as there are processors. The numbers are the same for
        any.
    random_state : int, RandomState instance or None, default=None
        Seed of the samples, and of the seeds of the members.
    verbose : bool or int, default=0
        Whether joblib reports which members are done.

    Attributes
    ----------
    estimators_ : list of estimators
        The fitted members.
    estimators_samples_ : list of ndarray of int
        For each member the indices of the sequences that it has learnt from, in
        ascending order, each as often as it was drawn. Of copies, the first stands for
        all.
    n_features_in_ : int
        Features of a step, or columns of a table.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, for tables and sequences that are data frames.
    oob_score_ : float
        The score on the sequences that some member has not seen, with `oob_score`.
    oob_prediction_ : ndarray of shape (n,) or (n, n_targets)
        Mean predictions by the members that have not seen a sequence, with
        `oob_score`; NaN for those that all have seen.

    See Also
    --------
    SequenceBaggingClassifier : The same for labels.
    sklearn.ensemble.VotingRegressor : Committee of estimators that you choose.

    Examples
    --------
    >>> import numpy as np
    >>> from skrnn import GRURegressor
    >>> from skrnn.ensemble import SequenceBaggingRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.normal(size=(steps, 2)) for steps in rng.integers(5, 15, 100)]
    >>> y = np.array([x[:, 0].sum() for x in X])
    >>> network = GRURegressor(hidden_size=8, max_iter=60)
    >>> committee = SequenceBaggingRegressor(network, n_estimators=4, random_state=0)
    >>> mean, std = committee.fit(X, y).predict(X, return_std=True)
    >>> mean.shape, std.shape
    ((100,), (100,))
    >>> committee.score(X, y) > 0.8
    True
    """

    _parameter_constraints: ClassVar[dict] = {
        "estimator": [Predictor("regressor"), Options((None,))],
        **BaseSequenceBagging._parameter_constraints,
    }
    _name_of_left_out: ClassVar = "oob_prediction_"

    oob_prediction_: Array

    @overload
    def predict(
        self, X: SequencesLike, return_std: Literal[False] = False
    ) -> Array: ...

    @overload
    def predict(
        self, X: SequencesLike, return_std: Literal[True]
    ) -> tuple[Array, Array]: ...

    def predict(self, X: SequencesLike, return_std: bool = False) -> Any:
        """Predict the targets of each sequence: the mean over the members.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.
        return_std : bool, default=False
            Whether to return the standard deviation over the members too. It is how
            unsure the committee is of the mean; the noise of the targets is not in it.

        Returns
        -------
        y_mean : ndarray of shape (n,) or (n, n_targets)
            In the shape of the targets in `fit`. If the members predict several
            quantiles, there is an axis more, the last, with a value for each.
        y_std : ndarray of shape (n,) or (n, n_targets)
            Only with `return_std`.
        """
        return self._mean(X, return_std)

    def score(
        self, X: SequencesLike, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> float:
        """Compute what part of the loss of the members the predictions explain.

        Parameters
        ----------
        X : array of shape (n, n_steps, n_features), list of n arrays of shape \
(n_steps_i, n_features), or table of shape (n, n_columns)
            The sequences, in the layout of `fit`.
        y : array-like of shape (n,) or (n, n_targets)
            The target of each sequence.
        sample_weight : array-like of shape (n,), default=None
            How much each sequence counts.

        Returns
        -------
        float
            R2, or D2 where the members have a loss that is not squared, as
            `LSTMRegressor.score`.
        """
        predictions = self.predict(X)
        return score_targets(self._loss_of_members, predictions, y, sample_weight)

    def _default_estimator(self):
        return LSTMRegressor()

    def _check_y(self, y, weight):
        y = check_targets(y, len(weight))
        return y, y, None, {}

    def _question(self, fitted):
        return predictions

    def _shape_of_outputs(self, data):
        loss = self._loss_of_members
        return (*data.y.shape, loss.n_answers) if loss.has_axis else data.y.shape

    def _score_outputs(self, data, outputs, rows):
        y, weight = data.y[rows], data.weight[rows]
        return score_targets(self._loss_of_members, outputs[rows], y, weight)

    @property
    def _loss_of_members(self):
        """The loss that the networks are asked for; other members are scored by R2."""
        network = final_network(self._estimator)
        return SquaredError() if network is None else network._asked_loss
