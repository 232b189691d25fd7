"""Classifiers of every step of sequences, fitted on a Dask cluster."""

from skrnn.dask.base import ClusterClassifierMixin, on_cluster
from skrnn.estimators.gru_step_classifier import GRUStepClassifier as PlainGRU
from skrnn.estimators.lstm_step_classifier import LSTMStepClassifier as PlainLSTM
from skrnn.estimators.rnn_step_classifier import RNNStepClassifier as PlainRNN


@on_cluster
class LSTMStepClassifier(ClusterClassifierMixin, PlainLSTM):
    """Classifier of every step by a long short-term memory, on a cluster.

    The workers of a Dask cluster share out each batch. The numbers are those of
    `skrnn.LSTMStepClassifier`, to the bit, whoever joins or is lost. So are the other
    parameters and the attributes: see `skrnn.LSTMStepClassifier`. `n_jobs` threads of
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
    skrnn.LSTMStepClassifier : The same without a cluster.

    Examples
    --------
    >>> from distributed import Client
    >>> from skrnn.dask import LSTMStepClassifier
    >>> from skrnn.datasets import make_sign_of_sum
    >>> X, y = make_sign_of_sum(n_samples=400, n_steps=5, random_state=0)
    >>> with Client(processes=False, n_workers=2, dashboard_address=":0") as client:
    ...     model = LSTMStepClassifier(
    ...         hidden_size=200, batch_size=200, client=client, max_iter=2
    ...     ).fit(X, (X[:, :, 0].cumsum(axis=1) > 0).astype(int))
    >>> model.to_local().predict(X).shape == model.predict(X).shape
    True
    """


@on_cluster
class GRUStepClassifier(ClusterClassifierMixin, PlainGRU):
    """Classifier of every step by gated recurrent units, on a cluster.

    The workers of a Dask cluster share out each batch. The numbers are those of
    `skrnn.GRUStepClassifier`, to the bit, whoever joins or is lost. So are the other
    parameters and the attributes: see `skrnn.GRUStepClassifier`. `n_jobs` threads of
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
    skrnn.GRUStepClassifier : The same without a cluster.

    Examples
    --------
    >>> from distributed import Client
    >>> from skrnn.dask import GRUStepClassifier
    >>> from skrnn.datasets import make_sign_of_sum
    >>> X, y = make_sign_of_sum(n_samples=400, n_steps=5, random_state=0)
    >>> with Client(processes=False, n_workers=2, dashboard_address=":0") as client:
    ...     model = GRUStepClassifier(
    ...         hidden_size=200, batch_size=200, client=client, max_iter=2
    ...     ).fit(X, (X[:, :, 0].cumsum(axis=1) > 0).astype(int))
    >>> model.to_local().predict(X).shape == model.predict(X).shape
    True
    """


@on_cluster
class RNNStepClassifier(ClusterClassifierMixin, PlainRNN):
    """Classifier of every step by a simple recurrent network, on a cluster.

    The workers of a Dask cluster share out each batch. The numbers are those of
    `skrnn.RNNStepClassifier`, to the bit, whoever joins or is lost. So are the other
    parameters and the attributes: see `skrnn.RNNStepClassifier`. `n_jobs` threads of
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
    skrnn.RNNStepClassifier : The same without a cluster.

    Examples
    --------
    >>> from distributed import Client
    >>> from skrnn.dask import RNNStepClassifier
    >>> from skrnn.datasets import make_sign_of_sum
    >>> X, y = make_sign_of_sum(n_samples=400, n_steps=5, random_state=0)
    >>> with Client(processes=False, n_workers=2, dashboard_address=":0") as client:
    ...     model = RNNStepClassifier(
    ...         hidden_size=200, batch_size=200, client=client, max_iter=2
    ...     ).fit(X, (X[:, :, 0].cumsum(axis=1) > 0).astype(int))
    >>> model.to_local().predict(X).shape == model.predict(X).shape
    True
    """
