"""Cut long recordings into windows, and do not fool yourself with them.

Thirty people were recorded while they walked, half of them before and half of them
after a treatment that, here, does nothing at all. Nobody can tell from a recording of
somebody new which half they belong to: the best accuracy is one half. But everybody has
a gait of their own. A network that was trained on some windows of a person knows the
others, and with them the label of the person. A random split of the windows into folds
measures this, and calls it a success. With the groups that come with the windows, all
windows of a person stay on one side.

Run it with ``python examples/windows.py``. Give it a path, as in
``python examples/windows.py picture.png``, and it saves the picture there.
"""

import sys

import numpy as np
from sklearn.model_selection import (
    StratifiedGroupKFold,
    StratifiedKFold,
    cross_val_score,
)

from skrnn import GRUClassifier
from skrnn.preprocessing import sliding_windows


def record(n_people, n_steps, rng):
    """Record gaits: a rhythm and a bias of each person, and noise."""
    steps = np.arange(n_steps)
    people = []
    for _ in range(n_people):
        rhythm, bias = rng.uniform(0.2, 0.8, size=2), rng.normal(size=2)
        swing = np.sin(np.outer(steps, rhythm)) + bias
        people.append(swing + 0.5 * rng.normal(size=swing.shape))
    return people, np.arange(n_people) % 2


def measure():
    """Give the accuracies of two ways to split, and that for people never seen."""
    rng = np.random.default_rng(0)
    recordings, treated = record(30, 240, rng)
    windows = sliding_windows(recordings, length=40, stride=10, y=treated)
    print(f"{len(recordings)} recordings, {len(windows.X)} windows of 40 steps")

    clf = GRUClassifier(hidden_size=12, max_iter=40, random_state=0)
    random = StratifiedKFold(5, shuffle=True, random_state=0)
    by_group = StratifiedGroupKFold(5, shuffle=True, random_state=0)
    X, y, groups = windows.X, windows.y, windows.groups
    scores = {
        "windows at random": cross_val_score(clf, X, y, cv=random),
        "people by group": cross_val_score(clf, X, y, cv=by_group, groups=groups),
    }
    clf.fit(X, y)
    strangers, their_treatment = record(100, 240, rng)
    new = sliding_windows(strangers, length=40, stride=10, y=their_treatment)
    return scores, clf.score(new.X, new.y)


def plot(scores, truth, picture=None):
    """Draw the score of each fold, beside the accuracy for people never seen."""
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots(figsize=(6.4, 4.0), layout="constrained")
    for position, folds in enumerate(scores.values()):
        label = None if position else "a fold of the cross-validation"
        beside = position + np.linspace(-0.12, 0.12, len(folds))
        ax.plot(beside, folds, "o", color="#0072B2", label=label)
    ax.axhline(truth, color="#D55E00", label="100 people never seen")
    ax.set(
        title="The same windows and network, split in two ways",
        xlabel="what is split into folds",
        ylabel="accuracy (share of windows)",
        xticks=range(len(scores)),
        xticklabels=scores,
        xlim=(-0.5, len(scores) - 0.5),
        ylim=(0, 1.05),
    )
    ax.legend(loc="lower left")
    if picture is None:
        plt.show()
    else:
        figure.savefig(picture, dpi=120)


def main(picture=None):
    scores, truth = measure()
    for name, folds in scores.items():
        print(f"accuracy, {name}: {folds.mean():.2f} (folds {folds.round(2).tolist()})")
    print(f"accuracy, 100 people never seen: {truth:.2f}")
    plot(scores, truth, picture)


if __name__ == "__main__":
    main(*sys.argv[1:])
