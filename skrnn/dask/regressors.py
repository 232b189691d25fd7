"""Regressors of sequences, fitted on a Dask cluster."""

from skrnn.dask.base import ClusterMixin, on_cluster
from skrnn.estimators.gru_regressor import GRURegressor as PlainGRU
from skrnn.estimators.lstm_regressor import LSTMRegressor as PlainLSTM
from skrnn.estimators.rnn_regressor import RNNRegressor as PlainRNN


@on_cluster
class LSTMRegressor(ClusterMixin, PlainLSTM):
    """Regressor of sequences by a long short-term memory, on a cluster.

    The workers of a Dask cluster share out each batch. The numbers are those of
    `skrnn.LSTMRegressor`, to the bit, whoever joins or is lost. So are the other
    parameters and the attributes: see `skrnn.LSTMRegressor`. `n_jobs` threads of this
    process score the sequences held out, and predict.

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
    skrnn.LSTMRegressor : The same without a cluster.

    Examples
    --------
    >>> from distributed import Client
    >>> from skrnn.dask import LSTMRegressor
    >>> from skrnn.datasets import make_sign_of_sum
    >>> X, y = make_sign_of_sum(n_samples=400, n_steps=5, random_state=0)
    >>> with Client(processes=False, n_workers=2, dashboard_address=":0") as client:
    ...     model = LSTMRegressor(
    ...         hidden_size=200, batch_size=200, client=client, max_iter=2
    ...     ).fit(X, X.sum(axis=(1, 2)) ** 2)
    >>> model.to_local().predict(X).shape == model.predict(X).shape
    True
    """


@on_cluster
class GRURegressor(ClusterMixin, PlainGRU):
    """Regressor of sequences by gated recurrent units, on a cluster.

    The workers of a Dask cluster share out each batch. The numbers are those of
    `skrnn.GRURegressor`, to the bit, whoever joins or is lost. So are the other
    parameters and the attributes: see `skrnn.GRURegressor`. `n_jobs` threads of this
    process score the sequences held out, and predict.

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
    skrnn.GRURegressor : The same without a cluster.

    Examples
    --------
    >>> from distributed import Client
    >>> from skrnn.dask import GRURegressor
    >>> from skrnn.datasets import make_sign_of_sum
    >>> X, y = make_sign_of_sum(n_samples=400, n_steps=5, random_state=0)
    >>> with Client(processes=False, n_workers=2, dashboard_address=":0") as client:
    ...     model = GRURegressor(
    ...         hidden_size=200, batch_size=200, client=client, max_iter=2
    ...     ).fit(X, X.sum(axis=(1, 2)) ** 2)
    >>> model.to_local().predict(X).shape == model.predict(X).shape
    True
    """


@on_cluster
class RNNRegressor(ClusterMixin, PlainRNN):
    """Regressor of sequences by a simple recurrent network, on a cluster.

    The workers of a Dask cluster share out each batch. The numbers are those of
    `skrnn.RNNRegressor`, to the bit, whoever joins or is lost. So are the other
    parameters and the attributes: see `skrnn.RNNRegressor`. `n_jobs` threads of this
    process score the sequences held out, and predict.

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
    skrnn.RNNRegressor : The same without a cluster.

    Examples
    --------
    >>> from distributed import Client
    >>> from skrnn.dask import RNNRegressor
    >>> from skrnn.datasets import make_sign_of_sum
    >>> X, y = make_sign_of_sum(n_samples=400, n_steps=5, random_state=0)
    >>> with Client(processes=False, n_workers=2, dashboard_address=":0") as client:
    ...     model = RNNRegressor(
    ...         hidden_size=200, batch_size=200, client=client, max_iter=2
    ...     ).fit(X, X.sum(axis=(1, 2)) ** 2)
    >>> model.to_local().predict(X).shape == model.predict(X).shape
    True
    """
