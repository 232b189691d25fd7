"""What does a model need to tell speakers apart: which features, and which steps?

640 utterances of two vowels, 7 to 29 steps long and 12 features wide. A feature, or a
tenth of the steps, is exchanged between the utterances of the test set, and the model
scores what comes of it: the more it loses, the more it needed that part. The model is a
pipeline, since all that is asked of it is its score.

Run it with ``python examples/importance.py``, or with the path of a picture to save the
figure there.
"""

import sys

import matplotlib.pyplot as plt
import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skrnn import GRUClassifier
from skrnn.datasets import load_japanese_vowels
from skrnn.inspection import ImportanceDisplay, permutation_importance


def with_changes(X):
    """Put beside each step by how much it differs from the one before."""
    return [np.hstack([x, np.diff(x, axis=0, prepend=x[:1])]) for x in X]


def main(picture=None):
    X, y = load_japanese_vowels(subset="train", return_X_y=True)
    X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
    model = make_pipeline(
        FunctionTransformer(with_changes), GRUClassifier(max_iter=60, random_state=0)
    ).fit(X, y)
    print(f"accuracy on the test set: {model.score(X_test, y_test):.3f}")

    names = [f"cepstrum {k}" for k in range(1, 13)]
    by_feature = permutation_importance(
        model, X_test, y_test, n_repeats=5, random_state=0
    )
    for k in np.argsort(-by_feature.importances_mean)[:3]:
        mean, std = by_feature.importances_mean[k], by_feature.importances_std[k]
        print(f"without {names[k]}: {mean:.3f} less, +- {std:.3f}")
    by_step = permutation_importance(
        model, X_test, y_test, by="step", n_repeats=5, random_state=0
    )
    for part, mean in zip(by_step.names, by_step.importances_mean, strict=True):
        print(f"without {part} of the steps: {mean:+.3f} less")

    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    ImportanceDisplay.from_importances(
        by_feature, names=names, score_name="accuracy", ax=left
    )
    ImportanceDisplay.from_importances(by_step, score_name="accuracy", ax=right)
    figure.suptitle("Japanese vowels: what the model needs")
    if picture:
        figure.savefig(picture, dpi=100)
    plt.show()


if __name__ == "__main__":
    main(*sys.argv[1:])
