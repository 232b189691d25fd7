"""Padding: steps at the end of a row in which all features are NaN.

It is looked for only where the user says so.
"""

import numpy as np

from skrnn.utils.wording import some_of
from skrnn.validation.advice import READ_OR_FILL
from skrnn.validation.arrays import is_missing
from skrnn.validation.layouts import BLOCK, TABLE
from skrnn.validation.values import parts_of

#: The value of the parameter `padding` with which NaN at the end of a row is that.
NAN = "nan"

TAKES_NONE = (
    "{name} takes no value for padding: cut sequences that were padded to their own "
    "length with skrnn.preprocessing.ragged_from_padded."
)
MAY_BE = (
    "If rows that end in NaN are shorter sequences, fit with padding='nan', or make a "
    "list of them with skrnn.preprocessing.{helper}."
)
#: By layout, what makes a list of rows with padding.
HELPERS = {BLOCK: "ragged_from_padded", TABLE: "ragged_from_table"}
#: An imputer in front of the network would fill padding too.
IS_NONE = (
    "With padding='nan' a row ends after its last step with a number, and this one is "
    "not after it. Where values are missing, let the network read the gaps with "
    "missing_values='forward_fill', or make a list of the rows with "
    "skrnn.preprocessing.{helper} before you fill them."
)
MISSING = f" Where values are missing, {READ_OR_FILL}."


def reads_padding(padding):
    """Return whether a value of the parameter `padding` makes NaN at the end that."""
    return isinstance(padding, str) and padding == NAN


def lengths_without_padding(X, first=0):
    """Return how many steps each sequence has, up to the last that is no padding.

    Parameters
    ----------
    X : ndarray of shape (n, n_steps, n_features)
        The sequences, of numbers or objects.
    first : int, default=0
        The number of the first of them, for messages.

    Returns
    -------
    ndarray of int of shape (n,)

    Raises
    ------
    ValueError
        If nothing is left of a sequence.
    """
    n, n_steps, _ = X.shape
    if X.dtype.kind not in "fO":
        return np.full(n, n_steps)
    parts = (part for _, part in parts_of(X))  # in turn, to need little memory
    is_padding = np.concatenate([_are_missing(part).all(axis=2) for part in parts])
    empty = first + np.flatnonzero(is_padding.all(axis=1))
    if len(empty):
        raise ValueError(
            f"All values are NaN in sequence(s) {some_of(empty.tolist())} of X: "
            "nothing would be left. Leave such sequences and their labels out."
        )
    return n_steps - np.argmin(is_padding[:, ::-1], axis=1)


def without_padding(samples, n_features):
    """Return sequences without their padding.

    Parameters
    ----------
    samples : ndarray of shape (n, n_steps, n_features + n_facts)
        The sequences. What stands behind the features tells nothing of padding.
    n_features : int
        Number of features.

    Returns
    -------
    list of ndarray of shape (n_steps_i, n_features + n_facts)
        Views.
    """
    lengths = lengths_without_padding(samples[:, :, :n_features])
    return [x[:length] for x, length in zip(samples, lengths.tolist(), strict=True)]


def advice_at_nan(estimator, form):
    """Return what to do where there is NaN, padding or none: a function of a sequence.

    Its argument is the sequence, and what it returns is text.
    """

    def advise(values):
        helper = HELPERS.get(form.layout)
        if form.padding:
            return IS_NONE.format(helper=helper)
        has_choice = hasattr(estimator, "padding") and helper
        if has_choice and np.isnan(values[-1, : form.n_features]).all():
            return MAY_BE.format(helper=helper) + MISSING
        return TAKES_NONE.format(name=type(estimator).__name__) + MISSING

    return advise


def _are_missing(values):
    if values.dtype == object:
        return np.frompyfunc(is_missing, 1, 1)(values).astype(bool)
    return np.isnan(values)
