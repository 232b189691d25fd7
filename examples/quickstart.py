"""Tell nine speakers apart by how they say two vowels.

640 utterances of the vowels /ae/, 7 to 29 steps long and 12 features wide: an LSTM with
its default settings; a search that asks by cross-validation on the utterances for
training, with few epochs, whether the changes from step to step help as features; the
network that it chooses, fitted for longer; the accuracy of both on the utterances for
testing, which choose nothing; and the chosen model saved and loaded again.

Run it with ``python examples/quickstart.py``. The model and the picture go into a new
temporary folder.
"""

import tempfile
from pathlib import Path

import joblib
import numpy as np
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from skrnn import LSTMClassifier
from skrnn.datasets import load_japanese_vowels

#: Epochs of each network in the search, and of the one that is chosen.
SEARCH_EPOCHS, FINAL_EPOCHS = 30, 60


def with_changes(X, changes):
    """Put beside each step, if asked, by how much it differs from the one before."""
    if not changes:
        return X
    return [np.hstack([x, np.diff(x, axis=0, prepend=x[:1])]) for x in X]


def search(X, y):
    """Choose features by cross-validation; the defaults are tried first, and win ties.

    Returns the pipeline that was chosen, not fitted, and its accuracy.
    """
    network = LSTMClassifier(max_iter=SEARCH_EPOCHS, random_state=0)
    features = FunctionTransformer(with_changes, kw_args={"changes": False})
    chosen = GridSearchCV(
        Pipeline([("features", features), ("lstm", network)]),
        {"features__kw_args": [{"changes": False}, {"changes": True}]},
        cv=3,
        n_jobs=2,
        refit=False,
        verbose=3,
    )
    chosen.fit(X, y)
    model = chosen.estimator.set_params(**chosen.best_params_)
    return model, chosen.best_score_


def plot_learning_curve(model, path):
    """Draw the loss of every epoch, if matplotlib is there."""
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        print("no picture: matplotlib is not installed (pip install 'skrnn[plot]')")
        return
    figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
    epochs = np.arange(1, model.n_iter_ + 1)
    ax.plot(epochs, model.loss_curve_, label=type(model).__name__)
    ax.set(
        title="Japanese vowels: loss in training",
        xlabel="epoch",
        ylabel="cross-entropy and penalty",
    )
    ax.legend()
    figure.savefig(path, dpi=120)
    print(f"learning curve: {path}")


def main():
    X, y = load_japanese_vowels(subset="train", return_X_y=True)
    X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
    lengths = [len(sequence) for sequence in X + X_test]
    print(f"{len(X)} utterances to learn from, {len(X_test)} to test on")
    print(f"{min(lengths)} to {max(lengths)} steps, {X[0].shape[1]} features a step")

    print("\nfitting an LSTM with the defaults ...", flush=True)
    clf = LSTMClassifier(random_state=0).fit(X, y)

    print("asking in cross-validation whether changes help as features:", flush=True)
    model, score = search(X, y)
    if model.get_params()["features__kw_args"]["changes"]:
        print(f"they do (accuracy {score:.3f}): fitting with them ...", flush=True)
        model.set_params(lstm__max_iter=FINAL_EPOCHS).fit(X, y)
    else:
        print(f"they do not (accuracy {score:.3f}): the defaults stay")
        model.set_params(lstm=clf)

    defaults, chosen = clf.score(X_test, y_test), model.score(X_test, y_test)
    print(f"\naccuracy on the test set, defaults: {defaults:.3f}")
    print(f"accuracy on the test set, searched: {chosen:.3f}")
    if chosen < defaults:
        print("the search did not pay: the defaults do better on the test set")

    folder = Path(tempfile.mkdtemp(prefix="skrnn-"))
    joblib.dump(model, folder / "vowels.joblib")
    loaded = joblib.load(folder / "vowels.joblib")
    same = np.array_equal(loaded.predict_proba(X_test), model.predict_proba(X_test))
    print(f"saved model: {folder / 'vowels.joblib'}")
    print(f"predicts the same after loading: {same}")
    plot_learning_curve(model[-1], folder / "learning_curve.png")


if __name__ == "__main__":
    main()
