"""Exceptions raised at any line of skrnn that a call executes."""

import gc
import sys
import threading
from pathlib import Path

import skrnn

HOME = str(Path(skrnn.__file__).parent)
#: Here are functions of numbers, which know no estimator: one line of each is enough,
#: or none.
PURE = (
    "cells",
    "losses",
    "network",
    "optimizers",
    "parameters",
    "sequences",
    "validation",
)


class Injected(RuntimeError):
    """What is raised, unless it is an interrupt."""


class Lines:
    """Sees the lines of skrnn that a call executes, in all threads.

    A line is a file and its number. Of functions of numbers alone, the first line is
    seen, if they are to be `entered`.
    """

    def __init__(self, entered=True):
        self.entered = entered
        self.seen = {}
        #: The line at which to raise; None when that is done.
        self.wanted = None
        self.exception = None
        self._lock = threading.Lock()

    def run(self, call):
        """Call, and look on."""
        self.seen = {}
        before = sys.gettrace()
        # What an earlier call left behind must not be cleared away in this one: what is
        # raised there comes to nobody.
        gc.disable()
        threading.settrace(self._on_call)
        sys.settrace(self._on_call)
        try:
            return call()
        finally:
            sys.settrace(before)
            threading.settrace(None)
            gc.enable()

    def inject(self, call, line, exception):
        """Call, and raise an exception when a line comes for the first time."""
        self.wanted, self.exception = line, exception
        self.run(call)

    def _on_call(self, frame, event, arg):
        name = frame.f_code.co_filename
        if not name.startswith(HOME):
            return None
        if self._is_pure(name):
            if self.entered:
                self._line(frame)
            return None
        return self._on_line

    def _is_pure(self, name):
        return name[len(HOME) + 1 :].removesuffix(".py").split("/")[0] in PURE

    def _on_line(self, frame, event, arg):
        if event == "line":
            self._line(frame)
        return self._on_line

    def _line(self, frame):
        line = frame.f_code.co_filename[len(HOME) + 1 :], frame.f_lineno
        with self._lock:
            self.seen[line] = None
            if self.wanted != line:
                return
            self.wanted = None
        raise self.exception

    def lines(self, every=1, last=0):
        """List what came, in its order: (file, number).

        Only one of so many lines, and the last ones all: there a fit is published.
        """
        seen = list(self.seen)
        first = len(seen) - last
        return [line for i, line in enumerate(seen) if i % every == 0 or i >= first]
