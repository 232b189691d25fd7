"""Clients of a cluster: which one an estimator works with, and where it must not."""

from skrnn.utils.optional import require

# Nothing of `skrnn.dask` is of use without it.
require("distributed", "skrnn.dask", "dask")


class ClientLike:
    """Constraint: a client of a Dask cluster."""

    def is_satisfied_by(self, value):
        """Return whether a value is valid."""
        from distributed import Client

        return isinstance(value, Client)

    def __str__(self):
        return "a distributed.Client"


def find_client(estimator):
    """Return the client that an estimator works with: its own, or that of the process.

    Raises
    ------
    RuntimeError
        Inside a task of a worker, which would wait for workers that wait for it; where
        there is no client; and where it cannot be used.
    """
    from distributed import default_client

    name, client = type(estimator).__name__, estimator.client
    if _inside_a_task():
        raise RuntimeError(
            f"skrnn.dask.{name} cannot be fitted inside a task of a Dask worker: it "
            "would wait for workers that wait for it. Search with it one fit after the "
            f"other, outside the cluster, or share out a search of skrnn.{name}."
        )
    if client is None:
        try:
            client = default_client()
        except ValueError as error:
            raise RuntimeError(
                f"skrnn.dask.{name} found no Dask client in this process. Start one, "
                "as with client = distributed.Client(), or pass one as client=..."
            ) from error
    if client.asynchronous:
        raise RuntimeError(
            f"skrnn.dask.{name} needs a client that can wait, but this one is "
            "asynchronous. Make one without asynchronous=True."
        )
    if client.status != "running":
        raise RuntimeError(
            f"The Dask client of skrnn.dask.{name} is {client.status}. Connect a new "
            "one, as with client = distributed.Client(address)."
        )
    return client


def _inside_a_task():
    from distributed import get_worker

    try:
        get_worker()
    except ValueError:
        return False
    return True
