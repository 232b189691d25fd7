"""
Decide before the sequence is over
==================================

Somebody speaks, and we want to know who it is, as soon as possible. How much accuracy
does it cost to decide early?

:class:`~skrnn.streaming.EarlyClassifier` reads a sequence step by step and decides as
soon as one class has a probability above a threshold. A low threshold reads few steps
and makes more mistakes. The data are real: nine speakers who say two Japanese vowels,
in utterances of 7 to 29 steps. See :ref:`guide_early_decisions`.
"""

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

X, y = load_japanese_vowels(subset="train", return_X_y=True)
X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
network = GRUClassifier(16, max_iter=60, random_state=0)

# %%
# Accuracy against the steps that are read
# ----------------------------------------
# We train twice. The first network has seen whole utterances only
# (``n_prefixes=0``). The second has also seen two beginnings of each utterance, which
# is the default of ``EarlyClassifier``. Each point of a curve is a threshold.


def report(name, early, X, y):
    print(
        f"{name}, threshold {early.threshold:.3g}: accuracy {early.score(X, y):.3f} "
        f"after {early.earliness(X):.0%} of the steps"
    )


fig, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
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
plt.show()

# %%
# A network that has learnt from beginnings decides well after very few steps. At the
# right end, where everything is read, the other network is a little better.
#
# Choose the threshold on the training set
# ----------------------------------------
# Cross-validation measures all thresholds in one pass: each fold is trained once. We
# take the lowest threshold whose accuracy is within half a point of the best.

results = []
for train, test in StratifiedKFold(3).split(y, y):
    fold = clone(early).fit([X[i] for i in train], y[train])
    results.append(accuracy_against_earliness(fold, [X[i] for i in test], y[test]))
accuracy = np.mean([result.accuracy for result in results], axis=0)
good = accuracy >= accuracy.max() - 0.005
early.set_params(threshold=float(results[0].thresholds[np.argmax(good)]))
report("chosen on the training set", early, X_test, y_test)

# %%
# One utterance
# -------------
# What happens inside: the probability of each speaker after each step of one utterance.
# The decision falls when a line crosses the threshold.

times, labels = early.decision_times(X_test), early.predict(X_test)
is_slow = np.array([len(x) >= 15 for x in X_test]) & (times >= 4)
shown = np.flatnonzero(is_slow & (labels == y_test))[0]
stages = early.estimator_.staged_predict_proba(X_test[shown : shown + 1])
proba = np.concatenate(list(stages))
steps = np.arange(1, len(proba) + 1)
first, second = proba.max(axis=0).argsort()[-2:][::-1]

fig, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
others = [k for k in range(9) if k not in (first, second)]
lines = ax.plot(steps, proba[:, others], color="0.75")
lines[0].set_label("the other speakers")
ax.plot(steps, proba[:, second], "C0s--", label=f"speaker {second}")
ax.plot(steps, proba[:, first], "C1o-", label=f"speaker {first}, who speaks")
ax.axhline(early.threshold, color="0.3", ls=":", label="threshold")
ax.axvline(times[shown], color="0.3")
ax.annotate("decision", (times[shown], 0.5), (times[shown] + 0.2, 0.5))
ax.set(xlabel="steps read", ylabel="probability", ylim=(0, 1.02))
ax.set_title(f"One utterance: decided after {times[shown]} of {len(proba)} steps")
ax.legend(loc="center right")
plt.show()

# %%
# Try it yourself
# ---------------
# Ask for two steps in a row that agree: ``early.set_params(patience=2)`` needs no new
# training. The classifier then reads 35 % of the steps in place of 29 %, and is no
# better on these data.
