"""Checkpoints: how far a fit has come, written to a file while it is at work."""

from __future__ import annotations

import os
import warnings
from numbers import Integral
from typing import TYPE_CHECKING

from skrnn.estimators.callbacks import TrainingCallback
from skrnn.fitting.checkpoint import as_path, write
from skrnn.validation.arrays import sentence

if TYPE_CHECKING:
    from os import PathLike

    from skrnn.fitting.checkpoint import FitInProgress


class Checkpoint(TrainingCallback):
    """Writes down how far a fit has come, so that another can go on from there.

    ``fit(X, y, resume_from=path)`` goes on from the file, with the same data and
    parameters, and ends with the same weights, to the bit, as a fit without a break.

    A file is written beside the last one and takes its place when it is complete, so
    that there is always a good one. If it cannot be written, because the disk is full
    for example, the fit warns and goes on, and the last good one stays.

    Read more in the :ref:`User Guide <guide_checkpoints>`.

    Parameters
    ----------
    path : str or path-like
        The file, usually a ``.npz``; or a folder that exists, in which every fit has a
        file of its own, as is needed for the fits of a search.
    every : int, default=10
        After how many epochs, or iterations of L-BFGS, it is written anew.

    See Also
    --------
    sklearn.callback.ScoringMonitor : Scores of every epoch.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skrnn import GRUClassifier
    >>> from skrnn.callbacks import Checkpoint
    >>> from skrnn.datasets import make_sign_of_sum
    >>> X, y = make_sign_of_sum(n_samples=60, random_state=0)
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = Path(folder.name, "fit.npz")
    >>> clf = GRUClassifier(hidden_size=4, max_iter=5, random_state=0)
    >>> clf = clf.set_callbacks(Checkpoint(path, every=2)).fit(X, y)
    >>> again = GRUClassifier(hidden_size=4, max_iter=5, random_state=0)
    >>> again = again.fit(X, y, resume_from=path)  # goes on after the fourth epoch
    >>> bool((again.weights_ == clf.weights_).all())
    True
    >>> folder.cleanup()
    """

    def __init__(self, path: str | PathLike[str], every: int = 10) -> None:
        as_path(path, "path")
        if not isinstance(every, Integral) or isinstance(every, bool) or every < 1:
            raise ValueError(
                f"every must be a number of epochs, an int from 1 on; got {every!r}."
            )
        self.path = path
        self.every = every

    def __repr__(self) -> str:
        return f"Checkpoint({os.fspath(self.path)!r}, every={self.every})"

    def begin(self, fit: FitInProgress) -> None:
        """Check that there is a place for the file, before training.

        Parameters
        ----------
        fit : FitInProgress
            The fit.
        """
        path = as_path(self.path, "path")
        separators = (os.sep, os.altsep or os.sep)
        is_folder = path.is_dir() or os.fspath(self.path).endswith(separators)
        folder = path if is_folder else path.parent
        if not folder.is_dir():
            raise FileNotFoundError(
                f"{self!r} needs the folder {str(folder)!r}, which does not exist. "
                "Make it first."
            )
        if not os.access(folder, os.W_OK):
            raise PermissionError(
                f"{self!r} may not write to the folder {str(folder)!r}."
            )
        fit.keeps_progress = True
        fit.notes[self] = {"path": path / fit.identity.file_name if is_folder else path}

    def after_epoch(self, fit: FitInProgress) -> bool:
        """Write the file, if it is time.

        Parameters
        ----------
        fit : FitInProgress
            The fit.

        Returns
        -------
        bool
            False: training is not to stop.
        """
        notes = fit.notes[self]
        if fit.state.history.n_epochs % self.every == 0 and not notes.get("stopped"):
            self._write(fit, notes)
        return False

    def _write(self, fit, notes):
        path = notes["path"]
        written, there = notes.get("written"), _stamp(path)
        if None not in (written, there) and written != there:
            notes["stopped"] = True
            warnings.warn(
                f"Another fit writes its checkpoints to {str(path)!r} too. The file is "
                "of the other now, and this fit writes none any more. Give each fit a "
                "file of its own, or all of them a folder that exists.",
                RuntimeWarning,
                stacklevel=2,
            )
            return
        try:
            write(path, fit.contents())
        except OSError as error:
            warnings.warn(
                f"The checkpoint {str(path)!r} could not be written after epoch "
                f"{fit.state.history.n_epochs}: {sentence(error)} The fit goes on, and "
                "what was written before stays.",
                RuntimeWarning,
                stacklevel=2,
            )
            return
        notes["written"] = _stamp(path)


def _stamp(path):
    """Return what tells a file from another under its name; None if there is none."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
