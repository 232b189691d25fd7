"""Decide who speaks before the utterance is over, and see what haste costs.

An early classifier reads an utterance step by step and decides as soon as one speaker
has a probability above a threshold. The lower the threshold, the fewer steps are read,
and the more decisions are wrong. The curves show which accuracy is had for which share
of the steps, on utterances that were not learnt from: for a network that has seen whole
utterances only, and for one that has seen beginnings of them too, which is what
`EarlyClassifier` does by default. The threshold is then chosen on the training set, by
cross-validation: all thresholds are measured in one pass, each fold trains once.

Run it with ``python examples/early_decision.py``; it shows the picture, or saves it
where a path is given: ``python examples/early_decision.py picture.png``.
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone
from sklearn.model_selection import StratifiedKFold

from skrnn import GRUClassifier
from skrnn.datasets import load_japanese_vowels
from skrnn.streaming import (
    EarlinessDisplay,
    EarlyClassifier,
    accuracy_against_earliness,
)


def choose_threshold(early, X, y):
    """Give the lowest threshold within half a point of the best accuracy."""
    results = []
    for train, test in StratifiedKFold(3).split(y, y):
        fold = clone(early).fit([X[i] for i in train], y[train])
        results.append(accuracy_against_earliness(fold, [X[i] for i in test], y[test]))
    accuracy = np.mean([result.accuracy for result in results], axis=0)
    good = accuracy >= accuracy.max() - 0.005
    return float(results[0].thresholds[np.argmax(good)])


def report(name, early, X, y):
    print(
        f"{name}, threshold {early.threshold:.3g}: accuracy {early.score(X, y):.3f} "
        f"after {early.earliness(X):.0%} of the steps"
    )


def main(picture=None):
    X, y = load_japanese_vowels(subset="train", return_X_y=True)
    X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
    network = GRUClassifier(16, max_iter=60, random_state=0)

    figure, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
    for n_prefixes, style, name in (
        (0, "--", "learnt from whole utterances"),
        (2, "-", "learnt from beginnings too"),
    ):
        early = EarlyClassifier(network, n_prefixes=n_prefixes).fit(X, y)
        EarlinessDisplay.from_estimator(
            early, X_test, y_test, ax=ax, name=name, linestyle=style
        )
        report(name, early, X_test, y_test)
    ax.set_title("Nine speakers: accuracy against the share of the steps read")
    ax.grid(alpha=0.3)

    early.set_params(threshold=choose_threshold(early, X, y))
    report("chosen on the training set", early, X_test, y_test)
    if picture:
        figure.savefig(picture, dpi=100)
    else:
        plt.show()


if __name__ == "__main__":
    main(*sys.argv[1:])
