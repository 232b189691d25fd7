"""Atomic writing of files."""

import os
import secrets
import shutil
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path):
    """Open a file for writing that takes its place only when it is complete.

    The data go into a temporary file beside it. A failure, such as a full disk, leaves
    an existing file unchanged. A link is followed, and the permissions of an existing
    file are kept.

    Parameters
    ----------
    path : str or path-like
        Path of the file.

    Yields
    ------
    file object
        Open for bytes; its name has the suffix of the path.
    """
    path = Path(os.path.realpath(os.fsdecode(path)))
    if path.exists() and not path.is_file():
        # A device or a pipe must not be replaced; for a folder, open raises.
        with open(path, "wb") as file:
            yield file
        return
    temporary = path.with_name(f".skrnn-{secrets.token_hex(8)}{path.suffix}")
    try:
        with _create(temporary, path) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
        os.replace(temporary, path)
        _sync_folder(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _create(temporary, path):
    try:
        return open(temporary, "xb")
    except OSError as error:
        # Users know nothing of the temporary file: name the folder instead.
        raise type(error)(error.errno, error.strerror, str(path.parent)) from None


def _sync_folder(folder):
    """Write down which files a folder has, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
