"""Crew: the workers of a cluster that run tasks, whoever of them comes or goes."""

import queue
import time
import warnings
from collections import deque
from dataclasses import dataclass

from skrnn.dask.hiring import LOOK, Recruiter
from skrnn.dask.worker import Call, Failure

#: The most jobs in a call: they are in memory together, here and there.
MOST_JOBS = 4


@dataclass(eq=False)
class Errand:
    """A call on its way.

    Attributes
    ----------
    member : Member
        Who was called.
    jobs : list of int
        The jobs of the call.
    """

    member: object
    jobs: list


class Crew:
    """Workers of a cluster that run tasks; it is there within a ``with`` statement.

    Nobody is asked before there is something to do. A worker that comes later takes
    part within seconds. The jobs of one that is lost are done by others.

    Parameters
    ----------
    client : distributed.Client
        Client of the cluster.
    caller : str
        Name of the estimator, for messages.
    """

    def __init__(self, client, caller):
        self.client, self.caller = client, caller
        self._members, self._inbox = {}, queue.SimpleQueue()
        self._recruiter, self._begun = None, False

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        if self._recruiter is not None:
            self._members.clear()  # actors are kept as long as someone has them
            self._recruiter.stop()
            self._recruiter = None

    @property
    def n_members(self):
        """Number of workers that take part."""
        return len(self._members)

    def run(self, task, common, jobs, load):
        """Return ``task(common, load(job), tapes)`` for each job, in their order.

        Parameters
        ----------
        task, common, jobs, load
            As of `Shards.run`. The task is sent to each worker once, as long as it is
            the same object, and what is common once in this call.
        """
        if self._recruiter is None:
            self._start()
        common = [common]  # another object in each call, whatever it holds
        round = Round(len(jobs), self._most_losses())
        self._heed_news(round)
        self._begun = True
        while not round.is_done:
            self._deal(round, {"task": task, "common": common}, jobs, load)
            if round.on_their_way:
                self._heed(round, LOOK)
            else:
                self._wait_for_one(round)
        return round.results

    def _start(self):
        self._recruiter = Recruiter(
            self.client, lambda *news: self._inbox.put((*news, None))
        )
        self._recruiter.start()

    def _deal(self, round, what, jobs, load):
        """Give jobs to all who have none."""
        busy = [errand.member for errand in round.on_their_way.values()]
        for member in list(self._members.values()):
            if member in busy:
                continue
            mine = round.take(self.n_members)
            if not mine:
                return
            news = {
                name: thing
                for name, thing in what.items()
                if member.has.get(name) is not thing
            }
            member.has |= news
            if "common" in news:
                news = {**news, "common": news["common"][0]}
            call = Call([load(jobs[k]) for k in mine], news)
            self._send(round, Errand(member, mine), call)

    def _send(self, round, errand, call):
        round.on_their_way[errand] = errand
        inbox = self._inbox

        async def deliver():
            try:
                inbox.put(("answered", errand, await errand.member.actor.call(call)))
            except BaseException as error:
                inbox.put(("lost", errand, error))

        errand.member.loop.add_callback(deliver)

    def _heed_news(self, round):
        """Take in what has been reported since the last round."""
        while not self._inbox.empty():
            self._heed(round, 0)

    def _heed(self, round, seconds):
        """Wait for one report, and act on it; nothing may come."""
        try:
            kind, about, more = self._inbox.get(timeout=seconds)
        except queue.Empty:
            return
        if kind == "joined":
            self._members[about.address] = about
        elif kind == "left":
            self._lose(round, about)
        elif kind == "broken":
            raise RuntimeError(
                f"{self.caller} lost the Dask cluster in the middle of fit: "
                f"{type(about).__name__}: {about}"
            ) from about
        elif kind == "refused":
            self._refuse(about)
        elif kind == "lost":
            if self._members.get(about.member.address) is about.member:
                self._recruiter.forget(about.member.address)
                self._lose(round, about.member.address, more)
        elif about in round.on_their_way:  # not one of a fit that was interrupted
            self._take_in(round, about, more)

    def _take_in(self, round, errand, answer):
        if isinstance(answer, Failure):
            answer.error.add_note(
                f"It came about in the Dask worker at {errand.member.address}:\n"
                f"{answer.text}"
            )
            raise answer.error
        round.complete(errand, answer.results)

    def _lose(self, round, address, error=None):
        member = self._members.pop(address, None)
        for errand in [e for e in round.on_their_way if e.member is member]:
            round.give_back(errand)
            if round.losses[errand.jobs[0]] > round.most_losses:
                raise RuntimeError(
                    f"{self.caller}: a part of a batch was lost with "
                    f"{round.losses[errand.jobs[0]]} Dask workers one after the other, "
                    f"the last at {address}. It may be too large for the memory of a "
                    "worker: try a smaller batch_size. So many may be lost: "
                    "distributed.scheduler.allowed-failures in the configuration of "
                    "Dask."
                ) from error

    def _refuse(self, text):
        """Raise an error before training begins; later, warn and do without."""
        if not (self._begun and self._members):
            raise RuntimeError(text)
        warnings.warn(text, RuntimeWarning, stacklevel=2)

    def _wait_for_one(self, round):
        """Wait until there is a worker."""
        limit = self._time_limit()
        end = time.monotonic() + limit
        while not self._members:
            if time.monotonic() >= end:
                raise TimeoutError(
                    f"{self.caller} waited {limit:g} seconds for a Dask worker that is "
                    f"free, and found none at {self.client.scheduler.address}. Start "
                    "one, or let it wait longer: skrnn.worker-timeout in the "
                    "configuration of Dask."
                )
            self._heed(round, min(LOOK, limit))

    @staticmethod
    def _time_limit():
        import dask
        from dask.utils import parse_timedelta

        return parse_timedelta(dask.config.get("skrnn.worker-timeout", "60s"))

    @staticmethod
    def _most_losses():
        import dask

        return dask.config.get("distributed.scheduler.allowed-failures")


class Round:
    """State of the jobs of a task.

    Parameters
    ----------
    n_jobs : int
        How many there are.
    most_losses : int
        With how many workers one of them may be lost.
    """

    def __init__(self, n_jobs, most_losses):
        self.results, self.losses = [None] * n_jobs, [0] * n_jobs
        self.most_losses = most_losses
        self.on_their_way = {}
        self._waiting, self._n_left = deque(range(n_jobs)), n_jobs

    @property
    def is_done(self):
        """Whether all jobs have their results."""
        return self._n_left == 0

    def take(self, n_members):
        """Return some of the jobs that nobody has, as many as a member should do."""
        share = -(-len(self.results) // n_members)
        n = min(share, MOST_JOBS, len(self._waiting))
        return [self._waiting.popleft() for _ in range(n)]

    def complete(self, errand, results):
        """Take in the results of a call."""
        del self.on_their_way[errand]
        for k, result in zip(errand.jobs, results, strict=True):
            self.results[k] = result
        self._n_left -= len(errand.jobs)

    def give_back(self, errand):
        """Let others do the jobs of a call that was lost."""
        del self.on_their_way[errand]
        for k in errand.jobs:
            self.losses[k] += 1
        self._waiting.extendleft(reversed(errand.jobs))
