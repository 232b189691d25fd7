"""What may come of a call with anything at all as its arguments."""

import dis
import traceback
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.exceptions import NotFittedError
from sklearn.utils._param_validation import InvalidParameterError

import skrnn

HOME = str(Path(skrnn.__file__).parent)
LEARN = str(Path(sklearn.__file__).parent)
ALLOWED = (ValueError, TypeError, NotFittedError, InvalidParameterError)


def attempt(call, *, also=(), about=""):
    """Call; give what comes, or None after an error that we, or scikit-learn, raised.

    Anything else is a failure: another type of error, one that NumPy raises through
    us, one that says nothing.
    """
    __tracebackhide__ = True
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return call()
    except Exception as error:
        if fault := _fault(error, also):
            text = f"{type(error).__name__}: {str(error)[:200]}"
            where = traceback.extract_tb(error.__traceback__)[-1]
            raise AssertionError(
                f"{about} {fault}: {text} ({where.filename}:{where.lineno})"
            ) from error
        return None


def _fault(error, also):
    if type(error) not in (*ALLOWED, *also):
        return "ends in an error of another type"
    last = error.__traceback__
    while last.tb_next is not None:
        last = last.tb_next
    code = last.tb_frame.f_code
    if code.co_filename.startswith(HOME):
        if not _raises(code, last.tb_lasti):
            return "ends in an error that was not raised by us"
    elif not code.co_filename.startswith(LEARN):
        return "ends in an error from elsewhere"
    if len(str(error)) < 25 or " " not in str(error):
        return "ends in an error that says nothing"
    return None


def _raises(code, at):
    """Say whether a function was at a `raise` statement, not at a call."""
    names = {one.offset: one.opname for one in dis.get_instructions(code)}
    return names.get(at) in ("RAISE_VARARGS", "RERAISE")
