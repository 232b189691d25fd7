"""Vocabularies of the training set: without what is absent, and what is rare."""

from dataclasses import replace

import numpy as np

from skrnn.sequences import lengths_of
from skrnn.validation.categories import keep_some

#: What occurs at so many steps has a vector of its own. A vector that is seen at one
#: step learns that step by heart; together they learn what an unknown category is like.
ENOUGH = 2
#: The largest size of an embedding by default, and a rule of thumb of fastai for few
#: categories: 1.6 n**0.56, which is 2 for 2, 6 for 10 and 21 for 100 of them. Theirs
#: grows up to 600, for tables of millions of rows.
LARGEST, FACTOR, POWER = 32, 1.6, 0.56


def default_size(n_categories):
    """Return the number of columns of an embedding of so many categories."""
    return min(LARGEST, max(1, round(FACTOR * n_categories**POWER)))


def without_absent(X, rows):
    """Return sequences with the vocabularies of some of them.

    Parameters
    ----------
    X : CheckedSequences
        Sequences with vocabularies of their own.
    rows : ndarray of int
        Those that count.
    """
    counts = _count(X, rows)
    return recode(X, keep_some_of_each(X, [some > 0 for some in counts]))


def settle_categories(problem, rows, held_out):
    """Return the problem, and what is held out of it, with the final vocabularies.

    These are the categories that occur at several steps of the training sequences.
    Others share the code of what is unknown: so their vector is learnt.

    Parameters
    ----------
    problem : Problem
        The data.
    rows : ndarray of int
        The sequences to learn from, without duplicates.
    held_out : HeldOut or None
        Those that are held out.

    Returns
    -------
    problem : Problem
    held_out : HeldOut or None
    """
    if not problem.X.has_new_categories:
        return problem, held_out
    counts = _count(problem.X, rows)
    kept = keep_some_of_each(problem.X, [some >= ENOUGH for some in counts])
    settled = replace(problem, X=recode(problem.X, kept))
    if held_out is not None:
        own = held_out.problem
        own = settled if own is problem else replace(own, X=recode(own.X, kept))
        held_out = replace(held_out, problem=own)
    return settled, held_out


def keep_some_of_each(X, keep):
    """Return the vocabularies with some values each, and the new codes of the old."""
    values = X.format.categories.values
    return [keep_some(*each) for each in zip(values, keep, strict=True)]


def recode(X, kept):
    """Return sequences with other vocabularies, as from `keep_some_of_each`."""
    categories = X.format.categories
    values, codes = zip(*kept, strict=True)
    columns = list(zip(categories.columns, codes, strict=True))

    def change(steps):
        changed = steps.copy()
        for k, new in columns:
            changed[..., k] = new[steps[..., k].astype(np.intp)]
        return changed

    if isinstance(X.samples, list):
        ends = np.cumsum(lengths_of(X.samples))
        samples = np.split(change(np.concatenate(X.samples)), ends[:-1])
    else:
        samples = change(X.samples)
    form = replace(X.format, categories=replace(categories, values=values))
    return replace(X, samples=samples, format=form)


def _count(X, rows):
    """Return at how many steps of some sequences each value of each vocabulary is."""
    categories, counts = X.format.categories, []
    for k, values in zip(categories.columns, categories.values, strict=True):
        if isinstance(X.samples, list):
            codes = np.concatenate([X.samples[i][:, k] for i in rows])
        else:
            codes = X.samples[rows, :, k].ravel()
        found = np.bincount(codes.astype(np.intp), minlength=len(values) + 1)
        counts.append(found[1:])
    return counts
