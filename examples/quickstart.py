"""Tell nine speakers apart by how they say two vowels.

640 utterances of the vowels /ae/, 7 to 29 steps long and 12 features wide: an LSTM with
its default settings, a pipeline whose parameters are chosen by cross-validation on the
utterances for training, the accuracy of both on those for testing, and the model saved
and loaded again.

Run it with ``python examples/quickstart.py``. The model and the picture go into a new
temporary folder.
"""

import tempfile
from pathlib import Path

import joblib
import numpy as np
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skrnn import LSTMClassifier
from skrnn.datasets import load_japanese_vowels


def with_changes(X):
    """Put beside each step by how much it differs from the one before."""
    return [np.hstack([x, np.diff(x, axis=0, prepend=x[:1])]) for x in X]


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

    clf = LSTMClassifier(random_state=0).fit(X, y)
    print(f"accuracy on the test set, defaults: {clf.score(X_test, y_test):.3f}")

    search = GridSearchCV(
        make_pipeline(
            FunctionTransformer(), LSTMClassifier(max_iter=30, random_state=0)
        ),
        {
            "functiontransformer__func": [None, with_changes],
            "lstmclassifier__recurrent_dropout": [0.0, 0.3],
        },
        cv=3,
        n_jobs=2,
    )
    search.fit(X, y)
    chosen = search.best_params_
    print(f"changes as features: {chosen['functiontransformer__func'] is not None}")
    print(f"recurrent dropout: {chosen['lstmclassifier__recurrent_dropout']}")
    print(f"accuracy in cross-validation: {search.best_score_:.3f}")
    print(f"accuracy on the test set, searched: {search.score(X_test, y_test):.3f}")

    folder = Path(tempfile.mkdtemp(prefix="skrnn-"))
    joblib.dump(search.best_estimator_, folder / "vowels.joblib")
    loaded = joblib.load(folder / "vowels.joblib")
    same = np.array_equal(loaded.predict_proba(X_test), search.predict_proba(X_test))
    print(f"saved model: {folder / 'vowels.joblib'}")
    print(f"predicts the same after loading: {same}")
    plot_learning_curve(search.best_estimator_[-1], folder / "learning_curve.png")


if __name__ == "__main__":
    main()
