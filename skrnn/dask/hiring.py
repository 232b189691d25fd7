"""Members of a crew: actors on the workers of a cluster, found, made and let go."""

import threading
from dataclasses import dataclass, field

from skrnn.dask.worker import Evaluator, versions

#: Seconds between two looks at which workers there are, and at actors that are made.
LOOK, LOOK_AGAIN = 0.25, 0.02
#: Seconds in which an actor is reached directly, or else by way of the scheduler.
DIRECTLY = 5.0
#: Seconds in which training waits for all workers, some of which may be busy.
AT_FIRST = 10.0


@dataclass(eq=False)
class Member:
    """A worker with an actor.

    Attributes
    ----------
    address : str
        Address of the worker.
    actor : distributed.Actor
        An `Evaluator` in it.
    loop : IOLoop
        Where its answers arrive.
    has : dict of str to object
        What the actor has been sent.
    """

    address: str
    actor: object
    loop: object
    has: dict = field(default_factory=dict)


class Recruiter:
    """Thread that looks for workers, makes actors on them, and notices who is gone.

    Parameters
    ----------
    client : distributed.Client
        Client of the cluster.
    report : callable
        Gets ``("joined", Member)``, ``("left", address)``, ``("refused", text)`` of a
        worker that cannot take part, and ``("broken", error)`` if the cluster is gone.
    """

    def __init__(self, client, report):
        self.client, self.report = client, report
        self.direct = client
        #: The futures of actors, by address, and those that are not made yet.
        self._futures, self._pending = {}, {}
        self._found, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(
            target=self._run, name="skrnn-recruiter", daemon=True
        )

    def start(self):
        """Start looking; return when those who are there, and not busy, are found."""
        self._thread.start()
        self._found.wait(AT_FIRST)

    def stop(self):
        """Let all go."""
        self._stop.set()
        self._thread.join()
        for future in self._futures.values():
            future.release()
        self._futures.clear()
        if self.direct is not self.client:
            self.direct.close()

    def forget(self, address):
        """Take a worker for a new one, if it is still there: its actor is lost."""
        self._futures.pop(address, None)

    def _run(self):
        try:
            self._connect()
            while not self._stop.is_set():
                self._look()
                waits = LOOK_AGAIN if self._pending else LOOK
                if not self._pending:
                    self._found.set()
                self._stop.wait(waits)
        except Exception as error:
            self.report("broken", error)
        finally:
            self._found.set()

    def _connect(self):
        """Connect a client that talks to workers without the scheduler between."""
        from distributed import Client

        if not self.client.direct_to_workers:
            self.direct = Client(
                self.client.scheduler.address,
                security=self.client.security,
                direct_to_workers=True,
                set_as_default=False,
            )

    def _look(self):
        there = set(self.client.nthreads())
        for address in set(self._futures) - there:
            self._futures.pop(address)
            self._pending.pop(address, None)
            self.report("left", address)
        for address in there - set(self._futures):
            self._futures[address] = self._pending[address] = self.client.submit(
                Evaluator,
                actor=True,
                pure=False,
                workers=[address],
                allow_other_workers=False,
            )
        for address, future in list(self._pending.items()):
            if future.status != "pending":
                del self._pending[address]
                self._settle(address, future)

    def _settle(self, address, future):
        """Report that an actor is made, or why not."""
        if future.status == "error":
            self.report("refused", _missing(address, future.exception()))
            return
        found = self._reach(address, future) if future.status == "finished" else None
        if found is None:
            self.forget(address)  # to try again, if it is there
            return
        member, there = found
        if there == versions():
            self.report("joined", member)
        else:
            self.report("refused", _other_versions(address, there))

    def _reach(self, address, future):
        """Return a `Member` and the versions in its worker; None if it has gone."""
        from distributed import Actor

        for client in dict.fromkeys((self.direct, self.client)):
            # An actor talks through the client that is the current one now.
            with client.as_current():
                actor = Actor(Evaluator, address, future.key)
            try:
                there = actor.versions().result(timeout=DIRECTLY)
            except (OSError, TimeoutError, RuntimeError):
                continue
            return Member(address, actor, client.loop), there
        return None


def _missing(address, error):
    return (
        f"The Dask worker at {address}, or the scheduler, cannot load skrnn. Both need "
        f"{_listed(versions())}, as here: install them there. "
        f"{type(error).__name__}: {error}"
    )


def _other_versions(address, there):
    return (
        f"The Dask worker at {address} has {_listed(there)}, but here there are "
        f"{_listed(versions())}: numbers would differ. Install the same versions there."
    )


def _listed(versions):
    return " and ".join(f"{name} {version}" for name, version in versions.items())
