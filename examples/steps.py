"""
Who speaks when?
================

A recording has several speakers, one after the other. Who speaks at each moment? This
needs a label for every time step, not one for each recording.

The recordings are made of real ones: twelve utterances of nine speakers in a row. A
network that gives a label for every step (:ref:`guide_steps`) is compared with a model
of rows, a random forest on windows of the last ten steps.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score

from skrnn import LSTMStepClassifier
from skrnn.datasets import load_japanese_vowels
from skrnn.metrics import find_segments, flatten_steps, segment_edit_score

# %%
# The recordings
# --------------
# ``X`` is a list of arrays of shape (time steps, 12), and ``y`` a list with one label
# for each time step.


def make_recordings(subset, n, random_state):
    """Put twelve utterances one after the other, and label each step."""
    X, y = load_japanese_vowels(subset=subset, return_X_y=True)
    rng = np.random.default_rng(random_state)
    drawn = [rng.choice(len(X), 12, replace=False) for _ in range(n)]
    recordings = [np.concatenate([X[i] for i in rows]) for rows in drawn]
    speakers = [np.concatenate([[y[i]] * len(X[i]) for i in rows]) for rows in drawn]
    return recordings, speakers


X, y = make_recordings("train", 20, random_state=0)
X_new, y_new = make_recordings("test", 20, random_state=1)
print(f"{len(X)} recordings with {sum(map(len, X))} steps to learn from")

# %%
# A forest on windows, and two networks
# -------------------------------------
# The forest reads ten steps side by side, where the first steps have zeros in place of
# what was before them. The networks read the recordings as they are. The second network
# also reads them backwards, so that it knows what comes next.


def last_steps(recordings, n=10):
    """Return for each step a row with the features of the last n steps."""
    rows = []
    for x in recordings:
        padded = np.vstack([np.zeros((n - 1, x.shape[1])), x])
        rows += [padded[t : t + n].ravel() for t in range(len(x))]
    return np.array(rows)


forest = RandomForestClassifier(100, max_features=0.1, random_state=0)
forest.fit(last_steps(X), np.concatenate(y))
network = LSTMStepClassifier(max_iter=40, random_state=0).fit(X, y)
both_ways = LSTMStepClassifier(bidirectional=True, max_iter=40, random_state=0)
both_ways.fit(X, y)

# %%
# Accuracy says how many steps are right. The edit score says whether the speakers come
# in the right order, with none too many: the forest changes its mind too often.

ends = np.cumsum([len(x) for x in X_new])[:-1]
predictions = {
    "random forest": np.split(forest.predict(last_steps(X_new)), ends),
    "LSTM": network.predict(X_new),
    "LSTM, both directions": both_ways.predict(X_new),
}
print(f"{'':22} accuracy  edit score")
for name, predicted in predictions.items():
    accuracy = accuracy_score(*flatten_steps(y_new, predicted))
    edit_score = segment_edit_score(y_new, predicted)
    print(f"{name:22} {accuracy:8.3f} {edit_score:11.3f}")

# %%
# One new recording
# -----------------
# :func:`~skrnn.metrics.find_segments` joins steps with the same label. Each segment is
# drawn as a bar, with the number of the speaker where there is room.

colors = plt.get_cmap("cividis")(np.linspace(0, 1, 9))
rows = {"truth": y_new, **predictions}
figure, ax = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
for row, labels in enumerate(rows.values()):
    for speaker, start, stop in find_segments(labels[0]):
        width = stop - start
        ax.barh(row, width, left=start, color=colors[speaker], edgecolor="w")
        if width > 5:
            light = "k" if speaker > 4 else "w"
            ax.text(start + width / 2, row, speaker, ha="center", va="center", c=light)
ax.set_yticks(range(len(rows)), [name.replace(", ", ",\n") for name in rows])
ax.invert_yaxis()
ax.set(
    xlim=(0, len(y_new[0])),
    xlabel="time step",
    title="Who speaks when, in a new recording",
)
plt.show()

# %%
# Try it yourself
# ---------------
# Put :class:`~skrnn.GRUStepClassifier` in place of ``LSTMStepClassifier``. In both
# directions it gets 97 % of the steps right, and an edit score of 0.89. Then give the
# forest more of the past, ``n=20`` in ``last_steps``: it gets worse, with an accuracy
# of 0.85.
