"""Was the training long enough, or too long? The curves tell.

Three networks learn to tell nine speakers apart. The first has the default settings,
whose learning rate falls to zero at the planned end. The second has a constant learning
rate, watches its accuracy on sequences that are held out, and keeps the weights of its
best epoch. The third is trained by L-BFGS, inside a search: the curve is that of the
best model, trained again on all sequences.

Run it with ``python examples/training_curve.py``, or with the path of a picture to save
the figure there.
"""

import sys

import matplotlib.pyplot as plt
from sklearn.model_selection import GridSearchCV

from skrnn import GRUClassifier
from skrnn.datasets import load_japanese_vowels
from skrnn.inspection import TrainingCurveDisplay


def main(picture=None):
    X, y = load_japanese_vowels(subset="train", return_X_y=True)
    X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
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
    figure, panels = plt.subplots(1, 3, figsize=(13, 4.6), layout="constrained")
    for ax, (name, model) in zip(panels, models.items(), strict=True):
        model.fit(X, y)
        display = TrainingCurveDisplay.from_estimator(model, name=name, ax=ax)
        print(f"{name}: {len(display.loss_curve)} {display.unit}s,", end=" ")
        print(f"accuracy on the test set {model.score(X_test, y_test):.3f}")
    figure.suptitle("Japanese vowels: three ways to train a GRU")
    if picture:
        figure.savefig(picture, dpi=100)
    plt.show()


if __name__ == "__main__":
    main(*sys.argv[1:])
