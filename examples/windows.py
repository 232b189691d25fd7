"""
Windows of long recordings, and how they deceive
================================================

Thirty people were recorded while they walked. Half of them had a treatment, and a
network shall tell from a window of four seconds who had it. In this simulation the
treatment does nothing at all. For a new person no model can be better than guessing.

Still, a random split of the windows into training and test part reports a success. Why,
and what to do about it? See :ref:`guide_windows`.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import (
    StratifiedGroupKFold,
    StratifiedKFold,
    cross_val_score,
)

from skrnn import GRUClassifier
from skrnn.preprocessing import sliding_windows

# %%
# The recordings
# --------------
# Two sensors, ten steps a second. Each person has a rhythm and a posture. The label
# says who was treated, and has no influence.


def record(n_people, n_steps, rng):
    steps = np.arange(n_steps)
    people = []
    for _ in range(n_people):
        rhythm, bias = rng.uniform(0.2, 0.8, size=2), rng.normal(size=2)
        swing = np.sin(np.outer(steps, rhythm)) + bias
        people.append(swing + 0.5 * rng.normal(size=swing.shape))
    return people, np.arange(n_people) % 2


rng = np.random.default_rng(0)
recordings, treated = record(30, 240, rng)

# %%
# Cut them into windows
# ---------------------
# :func:`~skrnn.preprocessing.sliding_windows` also returns ``groups``: the number of
# the recording that each window is from.

windows = sliding_windows(recordings, length=40, stride=10, y=treated)
X, y, groups = windows.X, windows.y, windows.groups
print(f"{len(recordings)} recordings, {len(X)} windows of 40 steps")

# %%
# Two ways to split
# -----------------
# The first split spreads the windows of a person over training and test part. The
# second keeps all windows of a person on one side.

clf = GRUClassifier(hidden_size=12, max_iter=40, random_state=0)
random = StratifiedKFold(5, shuffle=True, random_state=0)
by_group = StratifiedGroupKFold(5, shuffle=True, random_state=0)
scores = {
    "windows at random": cross_val_score(clf, X, y, cv=random),
    "people by group": cross_val_score(clf, X, y, cv=by_group, groups=groups),
}
for name, folds in scores.items():
    print(f"accuracy, {name}: {folds.mean():.2f} (folds {folds.round(2).tolist()})")

# %%
# The truth
# ---------
# A hundred new people tell what the model is worth.

new_people, their_treatment = record(100, 240, rng)
new = sliding_windows(new_people, length=40, stride=10, y=their_treatment)
truth = clf.fit(X, y).score(new.X, new.y)
print(f"accuracy, 100 people never seen: {truth:.2f}")

# %%
# The random split measures how well the network recognizes a person, because other
# windows of the same person, with the label, were in the training part. The split by
# group is honest.

fig, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
for position, folds in enumerate(scores.values()):
    label = None if position else "one fold of the cross-validation"
    beside = position + np.linspace(-0.12, 0.12, len(folds))
    ax.plot(beside, folds, "o", ms=8, color="C0", label=label)
ax.axhline(truth, color="C1", ls="--", lw=2, label="100 people never seen")
ax.set(
    title="The same windows and the same network, split in two ways",
    xlabel="what is split into folds",
    ylabel="accuracy (share of windows)",
    xticks=range(len(scores)),
    xticklabels=scores,
    xlim=(-0.5, len(scores) - 0.5),
    ylim=(0, 1.05),
)
ax.legend(loc="lower left")
plt.show()

# %%
# Try it yourself
# ---------------
# Let the treatment do something: add ``1.6 * (len(people) % 2)`` to ``swing``. The
# split by group then says 0.78, the new people 0.82, and the random split 0.96.
