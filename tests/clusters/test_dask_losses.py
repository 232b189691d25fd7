"""Workers that die, come late or do not fit, in the middle of a fit on Dask."""

import os
import signal
import threading
import time
from pathlib import Path

import dask
import numpy as np
import pytest
from distributed import Client, Event, LocalCluster, WorkerPlugin

from skrnn.dask import hiring
from skrnn.dask.crew import Crew
from skrnn.dask.worker import versions
from tests.clusters.fits import (
    LABELS,
    X,
    assert_same,
    calls,  # noqa: F401
    cluster_of,
    kill,
    pair,
    pids_of,
)
from tests.messages import failure

pytestmark = pytest.mark.xdist_group("dask")

LONG = {"max_iter": 12, "dropout": 0.3, "recurrent_dropout": 0.2}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with cluster_of(2, tmp_path_factory.mktemp("dask")) as client:
        yield client


@pytest.fixture
def mortal(tmp_path):
    """A cluster of its own: Dask starts a worker anew, but not every time."""
    with cluster_of(2, tmp_path) as client:
        yield client


@pytest.fixture(scope="module")
def expected():
    return pair("LSTMClassifier", **LONG)[1].fit(X, LABELS)


@pytest.fixture
def at_call(monkeypatch):
    """Let something happen when so many calls are on their way."""
    right = Crew._send

    def arrange(happenings):
        n_calls = iter(range(10**9))

        def send(self, round, errand, call):
            right(self, round, errand, call)
            happenings.get(next(n_calls), lambda address: None)(errand.member.address)

        monkeypatch.setattr(Crew, "_send", send)

    return arrange


def is_alive(pid):
    """Return whether there is a process that is not merely waited for."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.linux
@pytest.mark.parametrize("at", [0, 17])
def test_a_call_that_is_lost_is_made_again(mortal, at, at_call, expected):
    before = set(pids_of(mortal).values())
    at_call({at: lambda address: kill(mortal, address)})
    found, _ = pair("LSTMClassifier", client=mortal, **LONG)
    found.fit(X, LABELS)
    assert_same(found, expected)
    assert len(before & {pid for pid in before if is_alive(pid)}) == 1


@pytest.mark.posix
@pytest.mark.parametrize("average_every", [None, 2])
def test_all_workers_are_lost_and_started_anew(mortal, average_every, at_call):
    options = {
        "client": mortal,
        **LONG,
        "average_every": average_every,
        "batch_size": 150,
    }
    found, _ = pair("GRUClassifier", **options)
    weights = found.fit(X, LABELS).weights_

    def kill_all(address):
        for each in list(mortal.nthreads()):
            kill(mortal, each)

    at_call({9: kill_all})
    assert np.array_equal(found.fit(X, LABELS).weights_, weights)


def test_who_comes_late_takes_part(tmp_path, calls, expected):  # noqa: F811
    found, _ = pair("LSTMClassifier", **LONG)
    found.set_params(max_iter=300, tol=0.0)
    with cluster_of(1, tmp_path) as client:
        first = set(client.nthreads())

        def end(self, state):
            if len(calls) > 3 and len(client.cluster.workers) == 1:
                client.cluster.scale(2)
            return len(set(calls)) == 2

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("skrnn.training.Reporter.end", end)
            found.set_params(verbose=1, client=client).fit(X, LABELS)
        n_epochs = found.n_iter_
    assert set(calls) > first
    local = found.to_local().set_params(verbose=0)
    stops = iter([False] * (n_epochs - 1) + [True])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("skrnn.training.Reporter.end", lambda *args: next(stops))
        local.set_params(verbose=1).fit(X, LABELS)
    assert_same(found, local)


def test_an_error_in_a_worker_is_no_loss(client, calls):  # noqa: F811
    pids = pids_of(client)

    def break_it(dask_worker):
        from skrnn.dask.worker import Evaluation

        def fail(self, weights, job, tapes):
            raise MemoryError("no room for it")

        Evaluation.right, Evaluation.__call__ = Evaluation.__call__, fail

    def mend_it(dask_worker):
        from skrnn.dask.worker import Evaluation

        Evaluation.__call__ = Evaluation.right

    found, _ = pair("LSTMClassifier")
    client.run(break_it)
    try:
        with pytest.raises(MemoryError, match=r"^no room for it") as caught:
            found.fit(X, LABELS)
    finally:
        client.run(mend_it)
    assert str(caught.value) == "no room for it"
    (note,) = caught.value.__notes__
    assert note.startswith("It came about in the Dask worker at tcp://")
    assert "in fail" in note
    assert len(calls) == 2
    assert pids_of(client) == pids
    assert not hasattr(found, "weights_")
    found.fit(X, LABELS)  # and nothing is left of it


@pytest.mark.posix
def test_what_kills_every_worker_is_given_up(mortal):
    class Deadly(WorkerPlugin):
        """Spoils each worker, also those that are started anew."""

        def setup(self, worker):
            from skrnn.dask.worker import Evaluation

            def die(self, weights, job, tapes):
                os.kill(os.getpid(), signal.SIGKILL)

            Evaluation.__call__ = die

    mortal.register_plugin(Deadly())
    found, _ = pair("LSTMClassifier", client=mortal)
    with dask.config.set({"distributed.scheduler.allowed-failures": 1}):
        text = failure(RuntimeError, found.fit, X, LABELS)
    start, _, end = text.partition(", the last at tcp://")
    assert start == (
        "skrnn.dask.LSTMClassifier: a part of a batch was lost with 2 Dask workers one "
        "after the other"
    )
    assert end.endswith(
        ". It may be too large for the memory of a worker: try a smaller batch_size. "
        "So many may be lost: distributed.scheduler.allowed-failures in the "
        "configuration of Dask."
    )


def test_without_a_worker_there_is_an_end_to_waiting():
    with (
        LocalCluster(n_workers=0, dashboard_address=":0") as cluster,
        Client(cluster) as client,
        dask.config.set({"skrnn.worker-timeout": "300ms"}),
    ):
        found, _ = pair("LSTMClassifier", client=client)
        text = failure(TimeoutError, found.fit, X, LABELS)
        assert text == (
            "skrnn.dask.LSTMClassifier waited 0.3 seconds for a Dask worker that is "
            f"free, and found none at {client.scheduler.address}. Start one, or let it "
            "wait longer: skrnn.worker-timeout in the configuration of Dask."
        )


def test_a_worker_that_is_busy_is_waited_for(client, monkeypatch):
    monkeypatch.setattr(hiring, "AT_FIRST", 0.1)
    event_name = "skrnn-busy"

    def stay(name, k):
        from distributed import Event

        Event(name).wait()

    busy = client.map(stay, [event_name] * 2, range(2))
    timer = threading.Timer(0.5, Event(event_name, client=client).set)
    timer.start()
    found, expected = pair("LSTMClassifier")
    found.fit(X, LABELS)
    client.gather(busy)
    timer.join()
    assert_same(found, expected.fit(X, LABELS))


@pytest.mark.parametrize("library", ["skrnn", "numpy"])
def test_other_versions_are_refused(client, library, monkeypatch):
    here = versions()
    other = {**here, library: "0.0.1"}
    monkeypatch.setattr(hiring, "versions", lambda: other)
    found, _ = pair("LSTMClassifier")
    text = failure(RuntimeError, found.fit, X, LABELS)
    address = text.split()[4]
    assert address in client.nthreads()
    assert text == (
        f"The Dask worker at {address} has skrnn {here['skrnn']} and numpy "
        f"{here['numpy']}, but here there are skrnn {other['skrnn']} and numpy "
        f"{other['numpy']}: numbers would differ. Install the same versions there."
    )


def test_a_worker_without_skrnn_is_refused(client, monkeypatch):

    class Elsewhere:
        def __call__(self):
            """Stand in for a class."""

        def __reduce__(self):
            return __import__, ("not_installed_there",)

    monkeypatch.setattr(hiring, "Evaluator", Elsewhere())
    text = failure(RuntimeError, pair("LSTMClassifier")[0].fit, X, LABELS)
    address, here = text.split()[4], versions()
    assert address.strip(",") in client.nthreads()
    assert text.startswith(
        f"The Dask worker at {address} or the scheduler, cannot load skrnn. Both need "
        f"skrnn {here['skrnn']} and numpy {here['numpy']}, as here: install them there."
        " RuntimeError: "  # and the words of Dask
    )


def test_who_comes_late_with_other_versions_is_left_out(tmp_path, monkeypatch):
    found, expected = pair("LSTMClassifier")
    with cluster_of(1, tmp_path) as client:
        right, seen = hiring.Recruiter._look, []

        def look(self):
            right(self)
            if self._found.is_set() and not seen:
                seen.append(1)
                self.report("refused", "It does not fit.")

        monkeypatch.setattr(hiring, "LOOK", 0.01)
        monkeypatch.setattr(hiring.Recruiter, "_look", look)
        found.set_params(client=client, max_iter=6)
        with pytest.warns(RuntimeWarning, match=r"^It does not fit\.$"):
            found.fit(X, LABELS)
    assert_same(found, expected.set_params(max_iter=6).fit(X, LABELS))


def test_nothing_stays_behind(client):
    found, _ = pair("LSTMClassifier")
    before = threading.active_count()
    for interrupts in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            if interrupts:
                patch.setattr(Crew, "_take_in", interrupt)
                with pytest.raises(KeyboardInterrupt):
                    found.fit(X, LABELS)
            else:
                found.fit(X, LABELS)
        end = time.monotonic() + 30
        while actors_of(client) and time.monotonic() < end:
            time.sleep(0.01)
        assert actors_of(client) == 0
        assert "skrnn-recruiter" not in [t.name for t in threading.enumerate()]
    assert threading.active_count() <= before + 1


def interrupt(*args):
    raise KeyboardInterrupt


def actors_of(client):
    def count(dask_worker):
        return len(dask_worker.state.actors)

    return sum(client.run(count).values())


@pytest.mark.posix
@pytest.mark.parametrize("kept", [False, True], ids=["first fit", "refit"])
def test_an_interrupt_is_that_of_a_plain_fit(client, kept, monkeypatch):
    found, _ = pair("LSTMClassifier")
    if kept:
        found.fit(X, LABELS)
        before = found.weights_
        found.set_params(hidden_size=230)
    right, n_left = Crew.run, [3]

    def run(self, *args):
        n_left[0] -= 1
        if n_left[0] == 0:
            os.kill(os.getpid(), signal.SIGINT)
        return right(self, *args)

    monkeypatch.setattr(Crew, "run", run)
    # What a shell starts in the background ignores it.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            found.fit(X, LABELS)
    finally:
        signal.signal(signal.SIGINT, handler)
    monkeypatch.undo()
    if kept:
        assert found.weights_ is before
        return
    assert found.stopping_reason_ == "it was interrupted"
    assert found.n_iter_ == 1
    found.predict(X)


def test_the_cluster_is_gone(tmp_path, at_call):
    found, _ = pair("LSTMClassifier", **LONG)
    with (
        LocalCluster(n_workers=1, dashboard_address=":0", silence_logs=50) as cluster,
        Client(cluster) as client,
    ):
        at_call({3: lambda address: cluster.close()})
        with dask.config.set({"skrnn.worker-timeout": "1s"}):
            text = failure(
                (RuntimeError), found.set_params(client=client).fit, X, LABELS
            )
    assert text.startswith("skrnn.dask.LSTMClassifier lost the Dask cluster in the ")
