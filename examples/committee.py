"""
A committee of networks, and when to trust it
=============================================

A mail sorter reads handwritten digits. It may pass on to a person what it is not sure
of. Can a network say when it is going to be wrong?

One network is often sure and wrong. A committee of networks that *read differently* can
do better: where its members say different things, the committee is not to be trusted.
The images are those of :func:`~sklearn.datasets.load_digits`, of 8 x 8 pixels, from 43
people. See :ref:`guide_committees`.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import VotingClassifier
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skrnn import GRUClassifier, LSTMClassifier

# %%
# Images as sequences
# -------------------
# An image is a sequence of eight rows with eight pixels each. We learn from 400 images
# only, so that there are mistakes to look at.

digits = load_digits()
X, X_test, y, y_test = train_test_split(
    digits.images, digits.target, train_size=400, stratify=digits.target, random_state=0
)

# %%
# Five ways to read
# -----------------
# By rows from the top, in both directions, by columns from the left or from the right,
# and with another cell. A member can be a pipeline that turns the images first.


def by_columns(images):
    return images.transpose(0, 2, 1)


def from_the_right(images):
    return images[:, :, ::-1].transpose(0, 2, 1)


settings = {"hidden_size": 24, "max_iter": 40, "random_state": 0}
lstm, gru = LSTMClassifier(**settings), GRUClassifier(**settings)
members = [
    ("rows", lstm),
    ("rows, both directions", LSTMClassifier(bidirectional=True, **settings)),
    ("columns", make_pipeline(FunctionTransformer(by_columns), lstm)),
    ("from the right", make_pipeline(FunctionTransformer(from_the_right), lstm)),
    ("columns, GRU", make_pipeline(FunctionTransformer(by_columns), gru)),
]
committee = VotingClassifier(members, voting="soft").fit(X, y)
for name, member in committee.named_estimators_.items():
    print(f"{name:24} {member.score(X_test, y_test):.3f}")
print(f"{'committee':24} {committee.score(X_test, y_test):.3f}")

# %%
# Where do they disagree?
# -----------------------
# The entropy of the mean probabilities says how unsure the committee is. The part of it
# that is due to disagreement is the entropy of the mean less the mean of the entropies:
# it is zero if all members say the same.

proba = np.array([member.predict_proba(X_test) for member in committee.estimators_])


def entropy(p):
    return -(p * np.log(np.clip(p, 1e-12, 1))).sum(axis=-1)


disagreement = entropy(proba.mean(axis=0)) - entropy(proba).mean(axis=0)
is_correct = proba.mean(axis=0).argmax(axis=1) == y_test
one_correct = proba[0].argmax(axis=1) == y_test
print(f"disagreement where correct: {disagreement[is_correct].mean():.3f}")
print(f"disagreement where wrong:   {disagreement[~is_correct].mean():.3f}")


# %%
# The six images on which the members disagree most, with what each of them reads. A
# person has to look twice as well.

answers = proba.argmax(axis=2)
fig, axes = plt.subplots(2, 3, figsize=(7, 5.2), layout="constrained")
for ax, k in zip(axes.flat, np.argsort(-disagreement), strict=False):
    ax.imshow(X_test[k], cmap="gray_r")
    said = ", ".join(str(answer) for answer in answers[:, k])
    ax.set_title(f"members say {said}\nit is a {y_test[k]}", fontsize=11)
    ax.set(xticks=[], yticks=[])
plt.show()

# %%
# What it is worth
# ----------------
# We sort the images by how unsure the reader is, and pass on the least sure ones to a
# person. How many mistakes are left among the others?

answered = np.arange(1, len(y_test) + 1) / len(y_test)
fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
for p, is_right, style, name in [
    (proba[0], one_correct, "C1--", "one network (rows)"),
    (proba.mean(axis=0), is_correct, "C0-", "committee"),
]:
    mistakes = np.cumsum(~is_right[np.argsort(entropy(p))])
    ax.plot(answered, 100 * mistakes / np.arange(1, len(y_test) + 1), style, label=name)
    most = int(0.9 * len(y_test))
    print(f"{name}: {mistakes[most - 1]} mistakes in the surest 90 %")
ax.set(xlabel="share of the images answered, surest first", xlim=(0.4, 1.01))
ax.set(ylabel="mistakes among them (%)", ylim=(0, None))
ax.set_title("The committee knows better when it is unsure")
ax.legend()
plt.show()

# %%
# Try it yourself
# ---------------
# Give the committee five members that read alike and differ by ``random_state`` alone.
# It is better than one network, but it makes more mistakes than the committee whose
# members read differently.
