"""Validation split of early stopping."""

from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import ShuffleSplit, train_test_split

from skrnn.fitting.problem import Expected, Problem
from skrnn.training import NotFinite

#: Number of random splits of groups, of which the best is used.
N_DRAWS = 50

#: Parameters of `fit` for a validation set of the user.
NAMES = ("X_val", "y_val", "sample_weight_val")


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Validation set: sequences that are held out of training.

    Attributes
    ----------
    problem : Problem
        That of the training set, or one of their own.
    rows : ndarray of int
        Their indices in it.
    """

    problem: Problem
    rows: np.ndarray

    def __len__(self):
        return len(self.rows)


def hold_out(estimator, problem, rng, validation):
    """Return the rows of the training set, and the validation set.

    Parameters
    ----------
    estimator : estimator
        The estimator, with early stopping unless a validation set was passed.
    problem : Problem
        The data.
    rng : numpy.random.RandomState
        Source of random numbers for the split.
    validation : tuple
        X, y and weights of a validation set of the user, or None three times.

    Returns
    -------
    rows : ndarray of int
    held_out : HeldOut
    """
    if _check_passed(estimator, validation):
        return problem.rows, _validate_own_set(estimator, problem, *validation)
    try:
        rows, held_out = _split(estimator, problem, rng)
        if _too_few(estimator, problem, held_out):
            raise ValueError(f"a score needs at least two {problem.scored_by}s")
    except ValueError as error:
        raise ValueError(_cannot_hold_out(estimator, problem, error)) from error
    return rows, HeldOut(problem, held_out)


def make_validator(estimator, network, held_out, workers):
    """Return a function that scores weights on the validation set.

    Sequences are weighted as in the loss, also by the weights of their classes.
    """
    problem, rows = held_out.problem, held_out.rows
    y, weight = problem.scored(rows)

    def validate(weights):
        scores = problem.score(network, weights, rows, workers)
        if not np.isfinite(scores).all():
            raise NotFinite
        decisions = problem.loss.decide(scores)
        return float(estimator._score(decisions, y, weight, problem.loss))

    return validate


def _split(estimator, problem, rng):
    """Split the rows of a problem into those of training and of validation."""
    rows, fraction = problem.rows, float(estimator.validation_fraction)
    classes = estimator._stratify(problem, rows)
    if problem.groups is None:
        return train_test_split(
            rows, test_size=fraction, random_state=rng, stratify=classes
        )
    held_out = _draw_groups(problem.groups[rows], classes, fraction, rng)
    return rows[~held_out], rows[held_out]


def _draw_groups(groups, classes, fraction, rng):
    """Return for each sequence whether it is held out, with all of its group.

    Groups differ in size and in their classes. So the best of several random splits is
    used: the one nearest to the fraction of each class that leaves every class some
    sequences for training.
    """
    _, groups = np.unique(groups, return_inverse=True)
    classes = np.zeros_like(groups) if classes is None else classes
    counts = np.zeros((groups.max() + 1, classes.max() + 1))
    np.add.at(counts, (groups, classes), 1.0)
    totals = counts.sum(axis=0)
    if len(counts) < 2:
        raise ValueError("All sequences are of one group")

    def distance(drawn):
        left = totals - counts[drawn].sum(axis=0)
        off = np.abs(totals - left - fraction * totals).sum()
        return off if (left[totals > 0] > 0).all() else np.inf

    draws = ShuffleSplit(N_DRAWS, test_size=fraction, random_state=rng).split(counts)
    best = min((drawn for _, drawn in draws), key=distance)
    if distance(best) == np.inf:
        raise ValueError("No class may be in the groups held out alone")
    return np.isin(groups, best)


def _cannot_hold_out(estimator, problem, error):
    whole = problem.groups is not None
    stratified = estimator._stratify(problem, problem.rows) is not None
    how = " with every class on both sides" * stratified
    if whole:
        n_groups = len(np.unique(problem.groups[problem.rows]))
        how = f" in {n_groups} group(s), each whole on one side"
    return (
        "early_stopping=True cannot hold out validation_fraction="
        f"{estimator.validation_fraction} of {len(problem.rows)} sequences{how}: "
        f"{str(error).rstrip('.')}. Give more {'groups' if whole else 'data'}, another "
        "fraction, or early_stopping=False."
    )


def _check_passed(estimator, validation):
    """Return whether a validation set was passed; raise ValueError if half of one."""
    passed = [
        name for name, value in zip(NAMES, validation, strict=True) if value is not None
    ]
    missing = [name for name in NAMES[:2] if name not in passed]
    if passed and missing:
        raise ValueError(
            f"fit got {' and '.join(passed)}, but not {' and '.join(missing)}: pass "
            "X_val and y_val together, or neither."
        )
    if passed and not estimator.early_stopping:
        raise ValueError(
            f"fit got {', '.join(passed)}, which are for early stopping, but "
            "early_stopping=False. Set early_stopping=True, or leave them out."
        )
    return bool(passed)


def _validate_own_set(estimator, problem, X, y, sample_weight):
    """Return the validation set of the user, which must fit the training set."""
    expected = Expected(problem.X.format, problem.fitted)
    with named_in_errors():
        own = estimator._validate_data(X, y, sample_weight, None, None, expected)
        own = own.weigh_classes(problem.class_weight)
        if _too_few(estimator, own, own.rows):
            what = own.scored_by
            raise ValueError(f"X has one {what}, but a score needs at least two.")
    return HeldOut(own, own.rows)


def _too_few(estimator, problem, rows):
    return len(problem.scored(rows)[0]) < estimator._fewest_held_out


@contextmanager
def named_in_errors():
    """Say in messages of errors that X and y are those of the validation set."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"The sequences held out, X_val and y_val, cannot be used: {error}"
        ) from error
