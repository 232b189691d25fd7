"""
Watch a grid search, and stop training at a goal
================================================

A search over many networks can run for hours. How far is it? Does the
small network learn as fast as the large one? And can training stop by itself as soon
as the result is good enough?

scikit-learn 1.9 has callbacks for this. This example uses two of its own, a progress
bar and a monitor that records a score after every epoch, and writes a third one that
stops training at a goal. It needs scikit-learn 1.9, and the package rich for the
progress bar. :ref:`guide_callbacks` says more.
"""

import matplotlib.pyplot as plt
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.model_selection import GridSearchCV

from skrnn import GRUClassifier
from skrnn.datasets import load_japanese_vowels

# %%
# The task is to tell nine speakers apart, from recordings of two vowels. A half of the
# training set is enough here.

X, y = load_japanese_vowels(subset="train", return_X_y=True)
X, y = X[::2], y[::2]
print(f"{len(X)} recordings of {len(set(y))} speakers")

# %%
# A search that can be watched
# ----------------------------
# The monitor is a callback of the network: each fit of the search records its own
# epochs, also in other processes. The progress bar is a callback of the search.

N_EPOCHS = 20
monitor = ScoringMonitor(scoring="accuracy")
network = GRUClassifier(max_iter=N_EPOCHS, random_state=0).set_callbacks(monitor)
search = GridSearchCV(network, {"hidden_size": [4, 32]}, cv=2, n_jobs=2)
search.set_callbacks(ProgressBar(max_propagation_depth=0)).fit(X, y)
print(f"chosen: {search.best_params_}")

# %%
# The monitor has one row for each epoch of each fit. The path of a row says which fit
# it belongs to: ``(0, 0, k)`` is fit number k of the search, with two fits (folds) for
# each size, and ``(0, 1)`` is the last fit, of the chosen network on all of the data.

curves = {}
for row in monitor.get_logs().data:
    if row["task_name"] == "epoch":
        curves.setdefault(row["parent_task_id_path"], []).append(row["accuracy"])

# %%
# The large network soon knows its training data, also when it learns from all of them.
# The small one does not come that far.

figure, ax = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
epochs = range(1, N_EPOCHS + 1)
for fit in range(4):
    size, line, color = [(4, "--", "C1"), (32, "-", "C0")][fit // 2]
    label = f"{size} hidden units, two folds" if fit % 2 == 0 else None
    ax.plot(epochs, curves[0, 0, fit], line, color=color, label=label)
ax.plot(epochs, curves[0, 1], "k.:", label="the chosen network, all data")
ax.set(xlabel="epoch", ylabel="accuracy on the training data", xticks=range(2, 21, 2))
ax.set_title("Every fit of the search, epoch by epoch")
ax.legend()
plt.show()

# %%
# Stop at a goal
# --------------
# A callback of your own is a class with these four methods. When ``on_fit_task_end``
# returns True, training stops after the epoch that has just ended.


class StopAt:
    """Stop training when the loss has fallen below a goal."""

    def __init__(self, loss):
        self.loss = loss

    def setup(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context, *, fitted_estimator):
        return fitted_estimator.loss_ < self.loss

    def teardown(self, estimator, context):
        pass


# %%
# Training stops early, and the network can be used as it is.

early = GRUClassifier(max_iter=N_EPOCHS, random_state=0).set_callbacks(StopAt(1.0))
early.fit(X, y)
print(f"{early.n_iter_} epochs until the loss was below 1: {early.stopping_reason_}")
print(f"accuracy on the training data: {early.score(X, y):.3f}")

# %%
# Try it yourself
# ---------------
# Set a lower goal, ``StopAt(0.5)``. Training goes on for 6 epochs in place of 3, and
# the accuracy on the training data rises from 0.926 to 0.985.
