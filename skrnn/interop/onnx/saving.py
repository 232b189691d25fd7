"""Files that are written whole, or not at all."""

import os
import secrets
import shutil
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path):
    """Open a file for writing that takes its place only when it is complete.

    What is written goes into a file beside it. A failure, a full disk for one, leaves
    the file that was there as it was. A link is followed, and the permissions of a
    file that was there are kept.

    Parameters
    ----------
    path : str or path-like
        Where the file is to be.

    Yields
    ------
    file object
        Open for bytes; its name ends as that of the path.
    """
    path = Path(os.path.realpath(os.fsdecode(path)))
    if path.exists() and not path.is_file():
        # A device or a pipe must not be replaced; a folder is an error of open.
        with open(path, "wb") as file:
            yield file
        return
    beside = path.with_name(f".skrnn-{secrets.token_hex(8)}{path.suffix}")
    try:
        with _create(beside, path) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, beside)
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _create(beside, path):
    try:
        return open(beside, "xb")
    except OSError as error:
        # Nobody knows the file beside: name the folder that is missing or closed.
        raise type(error)(error.errno, error.strerror, str(path.parent)) from None
