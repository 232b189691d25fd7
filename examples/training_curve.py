"""
Was the training long enough, or too long?
==========================================

:class:`~skrnn.inspection.TrainingCurveDisplay` draws how a training went. Three
networks learn to tell nine speakers apart by how they say two Japanese vowels, and are
trained in three ways: what do their curves tell? See :ref:`guide_training`.
"""

import matplotlib.pyplot as plt
from sklearn.model_selection import GridSearchCV

from skrnn import GRUClassifier
from skrnn.datasets import load_japanese_vowels
from skrnn.inspection import TrainingCurveDisplay

X, y = load_japanese_vowels(subset="train", return_X_y=True)
X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)

# %%
# Three ways to train
# -------------------
# - The defaults. The learning rate falls to zero at the planned end.
# - Early stopping. The learning rate is constant, a tenth of the sequences is held out,
#   and the weights of the epoch with the best accuracy on them are kept.
# - L-BFGS, inside a grid search. The curve is that of the best model, trained again on
#   all sequences.

models = {
    "the defaults": GRUClassifier(random_state=0),
    "early stopping": GRUClassifier(
        learning_rate="constant",
        early_stopping=True,
        n_iter_no_change=15,
        max_iter=100,
        random_state=0,
    ),
    "L-BFGS, in a search": GridSearchCV(
        GRUClassifier(solver="lbfgs", hidden_size=8, tol=1e-2, random_state=0),
        {"alpha": [0.03, 0.1]},
        cv=2,
    ),
}
for model in models.values():
    model.fit(X, y)

# %%
# Their curves
# ------------
# The display finds the network at the end of the search by itself.

fig, axes = plt.subplots(2, 2, figsize=(8, 7.4), layout="constrained")
scores = {}
for ax, (name, model) in zip(axes.flat, models.items(), strict=False):
    display = TrainingCurveDisplay.from_estimator(model, name=name, ax=ax)
    scores[name] = model.score(X_test, y_test)
    print(f"{name}: {len(display.loss_curve)} {display.unit}s,", end=" ")
    print(f"accuracy on the test set {scores[name]:.3f}")
ax = axes[1, 1]
for height, (name, score) in enumerate(scores.items()):
    ax.plot(score, -height, f"C{height}o", ms=10)
    ax.text(score, 0.2 - height, name, ha="center")
ax.set(xlabel="accuracy on the test set", xlim=(0.95, 1), title="which is best?")
ax.set(ylim=(-2.5, 0.6), yticks=[])
plt.show()

# %%
# How to read them: the loss of the defaults is flat at the end, so that more epochs
# would change little. With early stopping the accuracy on the held-out part rises no
# more, and the best epoch is marked. L-BFGS needs few iterations, but each of them
# reads all sequences, several times at worst.

# %%
# Try it yourself
# ---------------
# Set ``max_iter=10`` for the defaults. The curve falls up to its end: the training was
# too short, and the accuracy is lower.
