"""Regressors of every step of sequences, fitted on a Dask cluster."""

from skrnn.dask.base import ClusterMixin, on_cluster
from skrnn.estimators.gru_step_regressor import GRUStepRegressor as PlainGRU
from skrnn.estimators.lstm_step_regressor import LSTMStepRegressor as PlainLSTM
from skrnn.estimators.rnn_step_regressor import RNNStepRegressor as PlainRNN


@on_cluster
class LSTMStepRegressor(ClusterMixin, PlainLSTM):
    """Regressor of every step by a long short-term memory, on a cluster.

    The workers of a Dask cluster share out each batch. The numbers are those of
    `skrnn.LSTMStepRegressor`, to the bit, whoever joins or is lost. So are the other
    parameters and the attributes: see `skrnn.LSTMStepRegressor`. `n_jobs` threads of
    this process score the sequences held out, and predict.

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
    skrnn.LSTMStepRegressor : The same without a cluster.

    Examples
    --------
    >>> from distributed import Client
    >>> from skrnn.dask import LSTMStepRegressor
    >>> from skrnn.datasets import make_sign_of_sum
    >>> X, y = make_sign_of_sum(n_samples=400, n_steps=5, random_state=0)
    >>> with Client(processes=False, n_workers=2, dashboard_address=":0") as client:
    ...     model = LSTMStepRegressor(
    ...         hidden_size=200, batch_size=200, client=client, max_iter=2
    ...     ).fit(X, X[:, :, 0].cumsum(axis=1))
    >>> model.to_local().predict(X).shape == model.predict(X).shape
    True
    """


@on_cluster
class GRUStepRegressor(ClusterMixin, PlainGRU):
    """Regressor of every step by gated recurrent units, on a cluster.

    The workers of a Dask cluster share out each batch. The numbers are those of
    `skrnn.GRUStepRegressor`, to the bit, whoever joins or is lost. So are the other
    parameters and the attributes: see `skrnn.GRUStepRegressor`. `n_jobs` threads of
    this process score the sequences held out, and predict.

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
    skrnn.GRUStepRegressor : The same without a cluster.

    Examples
    --------
    >>> from distributed import Client
    >>> from skrnn.dask import GRUStepRegressor
    >>> from skrnn.datasets import make_sign_of_sum
    >>> X, y = make_sign_of_sum(n_samples=400, n_steps=5, random_state=0)
    >>> with Client(processes=False, n_workers=2, dashboard_address=":0") as client:
    ...     model = GRUStepRegressor(
    ...         hidden_size=200, batch_size=200, client=client, max_iter=2
    ...     ).fit(X, X[:, :, 0].cumsum(axis=1))
    >>> model.to_local().predict(X).shape == model.predict(X).shape
    True
    """


@on_cluster
class RNNStepRegressor(ClusterMixin, PlainRNN):
    """Regressor of every step by a simple recurrent network, on a cluster.

    The workers of a Dask cluster share out each batch. The numbers are those of
    `skrnn.RNNStepRegressor`, to the bit, whoever joins or is lost. So are the other
    parameters and the attributes: see `skrnn.RNNStepRegressor`. `n_jobs` threads of
    this process score the sequences held out, and predict.

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
    skrnn.RNNStepRegressor : The same without a cluster.

    Examples
    --------
    >>> from distributed import Client
    >>> from skrnn.dask import RNNStepRegressor
    >>> from skrnn.datasets import make_sign_of_sum
    >>> X, y = make_sign_of_sum(n_samples=400, n_steps=5, random_state=0)
    >>> with Client(processes=False, n_workers=2, dashboard_address=":0") as client:
    ...     model = RNNStepRegressor(
    ...         hidden_size=200, batch_size=200, client=client, max_iter=2
    ...     ).fit(X, X[:, :, 0].cumsum(axis=1))
    >>> model.to_local().predict(X).shape == model.predict(X).shape
    True
    """
