"""Classifiers of sequences, fitted on a Dask cluster."""

from skrnn.dask.base import ClusterClassifierMixin, on_cluster
from skrnn.estimators.gru_classifier import GRUClassifier as PlainGRU
from skrnn.estimators.lstm_classifier import LSTMClassifier as PlainLSTM
from skrnn.estimators.rnn_classifier import RNNClassifier as PlainRNN


@on_cluster
class LSTMClassifier(ClusterClassifierMixin, PlainLSTM):
    """Classifier of sequences by a long short-term memory, on a cluster.

    The workers of a Dask cluster share out each batch. The numbers are those of
    `skrnn.LSTMClassifier`, to the bit, whoever joins or is lost. So are the other
    parameters and the attributes: see `skrnn.LSTMClassifier`. `n_jobs` threads of this
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
    skrnn.LSTMClassifier : The same without a cluster.

    Examples
    --------
    >>> from distributed import Client
    >>> from skrnn.dask import LSTMClassifier
    >>> from skrnn.datasets import make_sign_of_sum
    >>> X, y = make_sign_of_sum(n_samples=400, n_steps=5, random_state=0)
    >>> with Client(processes=False, n_workers=2, dashboard_address=":0") as client:
    ...     model = LSTMClassifier(
    ...         hidden_size=200, batch_size=200, client=client, max_iter=2
    ...     ).fit(X, y)
    >>> model.to_local().predict(X).shape == model.predict(X).shape
    True
    """


@on_cluster
class GRUClassifier(ClusterClassifierMixin, PlainGRU):
    """Classifier of sequences by gated recurrent units, on a cluster.

    The workers of a Dask cluster share out each batch. The numbers are those of
    `skrnn.GRUClassifier`, to the bit, whoever joins or is lost. So are the other
    parameters and the attributes: see `skrnn.GRUClassifier`. `n_jobs` threads of this
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
    skrnn.GRUClassifier : The same without a cluster.

    Examples
    --------
    >>> from distributed import Client
    >>> from skrnn.dask import GRUClassifier
    >>> from skrnn.datasets import make_sign_of_sum
    >>> X, y = make_sign_of_sum(n_samples=400, n_steps=5, random_state=0)
    >>> with Client(processes=False, n_workers=2, dashboard_address=":0") as client:
    ...     model = GRUClassifier(
    ...         hidden_size=200, batch_size=200, client=client, max_iter=2
    ...     ).fit(X, y)
    >>> model.to_local().predict(X).shape == model.predict(X).shape
    True
    """


@on_cluster
class RNNClassifier(ClusterClassifierMixin, PlainRNN):
    """Classifier of sequences by a simple recurrent network, on a cluster.

    The workers of a Dask cluster share out each batch. The numbers are those of
    `skrnn.RNNClassifier`, to the bit, whoever joins or is lost. So are the other
    parameters and the attributes: see `skrnn.RNNClassifier`. `n_jobs` threads of this
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
    skrnn.RNNClassifier : The same without a cluster.

    Examples
    --------
    >>> from distributed import Client
    >>> from skrnn.dask import RNNClassifier
    >>> from skrnn.datasets import make_sign_of_sum
    >>> X, y = make_sign_of_sum(n_samples=400, n_steps=5, random_state=0)
    >>> with Client(processes=False, n_workers=2, dashboard_address=":0") as client:
    ...     model = RNNClassifier(
    ...         hidden_size=200, batch_size=200, client=client, max_iter=2
    ...     ).fit(X, y)
    >>> model.to_local().predict(X).shape == model.predict(X).shape
    True
    """
