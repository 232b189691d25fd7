"""Look on while networks are trained: a progress bar, scores, a goal.

scikit-learn 1.9 brought callbacks. A grid search in two processes shows how far each
of its fits is, a monitor writes down the accuracy of every epoch, and a callback of our
own stops training once the loss is below a goal.

Run it with ``python examples/callbacks.py``, or with the name of a picture to save,
``python examples/callbacks.py accuracy.png``. It needs scikit-learn 1.9, matplotlib,
and rich for the progress bar.
"""

import sys

import matplotlib.pyplot as plt
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.model_selection import GridSearchCV

from skrnn import GRUClassifier
from skrnn.datasets import load_japanese_vowels


class StopAt:
    """Ask to stop when the loss has fallen to a goal."""

    def __init__(self, loss):
        self.loss = loss

    def setup(self, estimator, context):
        """Nothing has to be made ready."""

    def on_fit_task_begin(self, estimator, context):
        """Nothing is known yet."""

    def on_fit_task_end(self, estimator, context, *, fitted_estimator):
        """See how far training is."""
        return fitted_estimator.loss_ < self.loss

    def teardown(self, estimator, context):
        """Nothing has to be put away."""


def main(picture=None):
    X, y = load_japanese_vowels(subset="train", return_X_y=True)
    X, y = X[::2], y[::2]

    monitor = ScoringMonitor(scoring="accuracy")
    clf = GRUClassifier(max_iter=20, random_state=0).set_callbacks(monitor)
    search = GridSearchCV(clf, {"hidden_size": [4, 32]}, cv=2, n_jobs=2)
    search.set_callbacks(ProgressBar()).fit(X, y)
    print(f"chosen: {search.best_params_}")

    fits = {}
    for row in monitor.get_logs().data:
        if row["task_name"] == "epoch":
            course = fits.setdefault(row["parent_task_id_path"], [])
            course.append(row["accuracy"])

    goal = GRUClassifier(max_iter=20, random_state=0).set_callbacks(StopAt(1.0))
    goal.fit(X, y)
    print(f"{goal.n_iter_} epochs to a loss below 1: {goal.stopping_reason_}")

    figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
    *of_folds, of_all = sorted(fits.items(), key=lambda fit: len(fit[0]), reverse=True)
    for number, (_, accuracy) in enumerate(of_folds):
        size = search.cv_results_["param_hidden_size"][number // 2]
        colour, line = (("C0", "-"), ("C1", "--"))[number // 2]
        label = f"{size} units, in a fold" if number % 2 == 0 else None
        ax.plot(range(1, 21), accuracy, line, color=colour, label=label)
    ax.plot(range(1, 21), of_all[1], "k:", label="the chosen one, on all")
    ax.set(
        title="Japanese vowels: every fit of a search, watched",
        xlabel="epoch",
        ylabel="accuracy on what it learns from",
        xticks=range(2, 21, 2),
    )
    ax.legend()
    if picture:
        figure.savefig(picture, dpi=120)
    else:
        plt.show()


if __name__ == "__main__":
    main(*sys.argv[1:])
