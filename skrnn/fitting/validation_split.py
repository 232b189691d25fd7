"""Sequences that are held out of training, to see when it has gone on long enough."""

from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import ShuffleSplit, train_test_split

from skrnn.fitting.problem import Expected, Problem
from skrnn.training import NotFinite

#: So many ways of holding out groups are drawn; the one nearest to the share is taken.
N_DRAWS = 50

#: What `fit` takes to hold out instead of a share of the training set.
NAMES = ("X_val", "y_val", "sample_weight_val")


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Sequences that are held out.

    Attributes
    ----------
    problem : Problem
        What they belong to: that of the training set, or one of their own.
    rows : ndarray of int
        Where they stand in it.
    """

    problem: Problem
    rows: np.ndarray

    def __len__(self):
        return len(self.rows)


def hold_out(estimator, problem, rng, validation):
    """Give the rows to learn from, and what is `HeldOut` or None.

    Parameters
    ----------
    estimator : estimator
        Its parameters say whether, and how much.
    problem : Problem
        The training set.
    rng : numpy.random.RandomState
        Where the choice comes from.
    validation : tuple
        X, y and weights that the user gave for it, or None three times.
    """
    given = _given(estimator, validation)
    if not estimator.early_stopping:
        return problem.rows, None
    if given:
        return problem.rows, _read(estimator, problem, *validation)
    try:
        learn, held_out = _split(estimator, problem, rng)
        if len(held_out) < estimator._fewest_held_out:
            raise ValueError("R2 needs at least two sequences")
    except ValueError as error:
        raise ValueError(_cannot_hold_out(estimator, problem, error)) from error
    return learn, HeldOut(problem, held_out)


def make_validator(estimator, network, held_out, workers):
    """Make the function that rates weights on the sequences held out, or None.

    Sequences count there as they do in the loss, with the weights of their classes.
    """
    if held_out is None:
        return None
    problem, rows = held_out.problem, held_out.rows
    y, weight = problem.y[rows], problem.weight[rows]

    def validate(weights):
        scores = network.scores(weights, problem.X.samples, rows, workers)
        if not np.isfinite(scores).all():
            raise NotFinite
        return float(estimator._rate(problem.loss.decide(scores), y, weight))

    return validate


def _split(estimator, problem, rng):
    """Part the rows of a problem: those to learn from, those to hold out."""
    rows, fraction = problem.rows, float(estimator.validation_fraction)
    in_proportion = estimator._stratify(problem.y[rows])
    if problem.groups is None:
        return train_test_split(
            rows, test_size=fraction, random_state=rng, stratify=in_proportion
        )
    held_out = _draw_groups(problem.groups[rows], in_proportion, fraction, rng)
    return rows[~held_out], rows[held_out]


def _draw_groups(groups, classes, fraction, rng):
    """Say of each sequence whether it is held out, and all of its group with it.

    Groups differ in size and in their classes, so that a number of them are drawn
    several times: what is wanted is the share of the sequences of each class, and no
    class that nothing is left of to learn from.
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
    whole, stratified = problem.groups is not None, estimator._stratify(problem.y)
    how = " with every class on both sides" * (stratified is not None)
    if whole:
        n_groups = len(np.unique(problem.groups[problem.rows]))
        how = f" in {n_groups} group(s), each whole on one side"
    return (
        "early_stopping=True cannot hold out validation_fraction="
        f"{estimator.validation_fraction} of {len(problem.rows)} sequences{how}: "
        f"{str(error).rstrip('.')}. Give more {'groups' if whole else 'data'}, another "
        "fraction, or early_stopping=False."
    )


def _given(estimator, validation):
    """Say whether the user gave sequences to hold out, and refuse half of it."""
    given = [
        name for name, value in zip(NAMES, validation, strict=True) if value is not None
    ]
    missing = [name for name in NAMES[:2] if name not in given]
    if given and missing:
        raise ValueError(
            f"fit got {' and '.join(given)}, but not {' and '.join(missing)}: pass "
            "X_val and y_val together, or neither."
        )
    if given and not estimator.early_stopping:
        raise ValueError(
            f"fit got {', '.join(given)}, which are for early stopping, but "
            "early_stopping=False. Set early_stopping=True, or leave them out."
        )
    return bool(given)


def _read(estimator, problem, X, y, sample_weight):
    """Hold the sequences that the user gave against what was learnt of the others."""
    expected = Expected(problem.X.format, problem.fitted)
    with named_in_errors():
        own = estimator._validate_data(X, y, sample_weight, None, None, expected)
        own = own.weigh_classes(problem.class_weight)
        if len(own.rows) < estimator._fewest_held_out:
            raise ValueError("X has one sequence, but R2 needs at least two.")
    return HeldOut(own, own.rows)


@contextmanager
def named_in_errors():
    """Say in errors that X and y are those of the sequences held out."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise type(error)(
            f"The sequences held out, X_val and y_val, cannot be used: {error}"
        ) from error
