"""Sets with a label for every step: recordings made of public sequences, and grammars.

A recording is a row of sequences of a public set, one after the other, with the label
of its sequence at each step. Those of the training part make training recordings.
"""

import numpy as np

from tests.benchmarks import public_sets


def recordings(X, y, n, n_parts, seed, of=None):
    """Return n recordings of some sequences each, and the label of every step.

    With `of`, the person of each sequence, a recording is of one person: one for each
    of them, of all sequences in random order.
    """
    rng = np.random.default_rng(seed)
    if of is None:
        chosen = [rng.choice(len(X), n_parts, replace=False) for _ in range(n)]
    else:
        chosen = [rng.permutation(np.flatnonzero(of == one)) for one in np.unique(of)]
    joined = [np.concatenate([X[i] for i in rows]) for rows in chosen]
    labels = [
        np.concatenate([np.full(len(X[i]), y[i]) for i in rows]) for rows in chosen
    ]
    return joined, labels


def speakers():
    """Return recordings of twelve utterances: who of nine speaks at each step."""
    X, y, X_test, y_test = public_sets.japanese_vowels()
    return *recordings(X, y, 30, 12, 0), *recordings(X_test, y_test, 30, 12, 1)


def motions():
    """Return recordings of six motions: what somebody does at each step."""
    X, y, X_test, y_test = public_sets.SETS["BasicMotions"]()
    return *recordings(X, y, 20, 6, 0), *recordings(X_test, y_test, 20, 6, 1)


def exercises(every=5):
    """Return a recording of each of ten people: which exercise they do, at 10 Hz."""
    X, y, person = public_sets.watch()
    X = [x[::every] for x in X]
    for_training = np.isin(person, public_sets.TRAINING_PEOPLE)
    parts = []
    for chosen in (for_training, ~for_training):
        rows = np.flatnonzero(chosen)
        some = [X[i] for i in rows]
        parts += recordings(some, y[rows], None, None, 0, of=person[rows])
    return tuple(parts)


def brackets(n=300, n_steps=40, seed=0):
    """Return sequences of brackets, with noise: how deep is each step nested?

    A step opens or closes a bracket, or says nothing; what counts is the depth, from 0
    to 4, which only the whole past tells.
    """
    rng = np.random.default_rng(seed)
    X, y = np.zeros((n, n_steps, 2)), np.zeros((n, n_steps), int)
    depth = np.zeros(n, int)
    for t in range(n_steps):
        move = rng.integers(-1, 2, n)
        move = np.where((depth + move < 0) | (depth + move > 4), 0, move)
        depth = depth + move
        X[:, t, 0], X[:, t, 1], y[:, t] = move == 1, move == -1, depth
    X += 0.1 * rng.normal(size=X.shape)
    half = n // 2
    return X[:half], y[:half], X[half:], y[half:]


SETS = {
    "speakers": speakers,
    "motions": motions,
    "exercises": exercises,
    "brackets": brackets,
}
