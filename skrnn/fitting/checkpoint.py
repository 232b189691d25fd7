"""Checkpoint of a fit: what it goes on from, in a file, and whose it is.

The file is a `.npz` of arrays, with one text of JSON that says where they belong. It is
read without pickle, so that no file can run code.
"""

import json
import os
import zipfile
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from skrnn.fitting.identity import Identity, digest_of_problem, refused
from skrnn.utils.files import whole_file
from skrnn.validation.arrays import sentence

#: What reading another file, or a damaged one, can raise.
DAMAGES = (EOFError, LookupError, TypeError, ValueError, zipfile.BadZipFile)
#: Where the JSON stands among the arrays, and what stands there for one.
TREE, ARRAY = "checkpoint", "__array__"


#: What a run has when it begins, and what takes long to find again.
BEGINNING = ("weights", "fixed", "share")


def _digest_of_held_out(run):
    """Return a text that tells the validation set of the user, if any, from others."""
    held_out = run.held_out
    is_own = held_out is not None and held_out.problem is not run.problem
    return digest_of_problem(held_out.problem) if is_own else ""


@dataclass(eq=False)
class FitInProgress:
    """A fit that is at work, for those that write down how far it has come.

    Attributes
    ----------
    run : TrainingRun
        The run, with its linear path.
    identity : Identity
        What tells it from other fits.
    solver : Solver or None
        The solver, once it is made.
    state : Training or None
        Where training is, while the monitors are called at the end of an epoch.
    keeps_progress : bool
        Whether the solver has to keep all that `contents` asks for.
    notes : dict
        What callbacks keep of this fit.
    """

    run: object
    identity: Identity
    solver: object = None
    state: object = None
    keeps_progress: bool = False
    notes: dict = field(default_factory=dict)

    def contents(self):
        """Return all that another fit needs to go on from here, a dict."""
        return {
            "identity": self.identity.parts,
            "begun": self._begun,
            "progress": self.solver.progress(self.state),
        }

    @cached_property
    def _begun(self):
        """What the fit began with: the same in every checkpoint."""
        run = self.run
        return {
            "sources": run.sources,
            "held_out": _digest_of_held_out(run),
            **{name: getattr(run, name) for name in BEGINNING},
        }


@dataclass(frozen=True, eq=False)
class EarlierFit:
    """A fit that was cut short, as its checkpoint has it: another goes on from there.

    Attributes
    ----------
    path : path-like
        The file.
    begun : dict
        What it began with.
    progress : dict
        How far its solver had come.
    """

    path: object
    begun: dict
    progress: dict

    @property
    def sources(self):
        """States of the sources of random numbers when the fit began, a list."""
        return self.begun["sources"]

    @classmethod
    def load(cls, place, identity):
        """Read a fit from its checkpoint.

        Parameters
        ----------
        place : str or path-like
            A file, or a folder with those of many fits, where it may be missing.
        identity : Identity
            Identity of the fit that is to go on.

        Returns
        -------
        EarlierFit or None
        """
        path = as_path(place, "resume_from")
        if path.is_dir():
            path = path / identity.file_name
            if not path.exists():
                return None
        contents = read(path)
        identity.check(contents["identity"], path)
        return cls(path, contents["begun"], contents["progress"])

    def going_on(self, run):
        """Return the run as it was when this fit began.

        Raises
        ------
        ValueError
            If it has other sequences held out.
        """
        if self.begun["held_out"] != _digest_of_held_out(run):
            raise ValueError(refused(self.path, "X_val, y_val or their weights differ"))
        return replace(run, **{name: self.begun[name] for name in BEGINNING})


def as_path(place, name):
    """Return the place of checkpoints that a user passed as `name`, as a path."""
    if not isinstance(place, str | os.PathLike):
        raise TypeError(
            f"{name} must be the path of a file or folder, a str or path-like; got "
            f"{type(place).__name__}."
        )
    return Path(os.fsdecode(place))


def write(path, contents):
    """Write a checkpoint, which takes the place of an earlier one when it is whole.

    Parameters
    ----------
    path : path-like
        The file.
    contents : dict
        Arrays, plain values, and dicts, lists and tuples of them.
    """
    arrays = {}
    tree = json.dumps(_without_arrays(contents, arrays))
    with whole_file(path) as file:
        np.savez(file, **arrays, **{TREE: np.array(tree)})


def read(path):
    """Return the contents of a checkpoint as `write` had them, but for tuples.

    Raises
    ------
    ValueError
        If the file is something else, or damaged.
    """
    try:
        # Opened here, as NumPy leaves a damaged file open.
        with open(path, "rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        contents = _with_arrays(json.loads(arrays.pop(TREE).item()), arrays)
        if not {"identity", "begun", "progress"} <= set(contents):
            raise ValueError("a part of it is missing")
        return contents
    except DAMAGES as e:
        raise ValueError(
            f"{str(path)!r} is no checkpoint of skrnn, or it is damaged: "
            f"{sentence(e)} Fit without resume_from, or go on from another."
        ) from e


def _without_arrays(value, arrays):
    """Return a value with text in place of its arrays, which are put aside."""
    if isinstance(value, np.ndarray):
        name = f"array_{len(arrays)}"
        arrays[name] = value
        return {ARRAY: name}
    if isinstance(value, dict):
        return {name: _without_arrays(one, arrays) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_without_arrays(one, arrays) for one in value]
    return value.item() if isinstance(value, np.generic) else value


def _with_arrays(value, arrays):
    if isinstance(value, dict):
        if ARRAY in value:
            return arrays[value[ARRAY]]
        return {name: _with_arrays(one, arrays) for name, one in value.items()}
    if isinstance(value, list):
        return [_with_arrays(one, arrays) for one in value]
    return value
