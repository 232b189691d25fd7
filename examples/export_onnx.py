"""Train with skrnn, predict with anything that runs ONNX models.

A bidirectional LSTM learns to tell nine speakers apart by utterances of 7 to 29 steps.
It is exported to an ONNX file, which onnxruntime runs without skrnn or scikit-learn:
utterances are padded to one length, and their true lengths are passed along. Labels and
probabilities are those of the estimator, and how far the padding goes does not matter.
In the end the same is done with a regressor of two targets, fitted on a 3-D array,
whose model needs no lengths.

Run it with ``python examples/export_onnx.py``; it needs onnx and onnxruntime
(``pip install 'skrnn[onnx]' onnxruntime``). The file goes into a new temporary folder.
"""

import tempfile
from pathlib import Path

import numpy as np
import onnxruntime

from skrnn import LSTMClassifier, LSTMRegressor
from skrnn.datasets import load_japanese_vowels
from skrnn.interop import export_onnx


def padded(sequences, n_steps):
    """Put sequences below each other, with NaN after their ends."""
    X = np.full((len(sequences), n_steps, sequences[0].shape[1]), np.nan, np.float32)
    for row, sequence in zip(X, sequences, strict=True):
        row[: len(sequence)] = sequence
    return {"X": X, "lengths": np.array([len(x) for x in sequences], np.int64)}


def tell_speakers_apart(path):
    X, y = load_japanese_vowels(subset="train", return_X_y=True)
    X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
    clf = LSTMClassifier(bidirectional=True, max_iter=20, random_state=0).fit(X, y)
    export_onnx(clf, path)
    print(f"saved: {path}, {path.stat().st_size} bytes")

    session = onnxruntime.InferenceSession(path)
    for kind, values in [
        ("input", session.get_inputs()),
        ("output", session.get_outputs()),
    ]:
        for value in values:
            print(f"{kind} {value.name}: {value.type} {value.shape}")

    longest = max(len(x) for x in X_test)
    label, proba = session.run(None, padded(X_test, longest))
    print(f"accuracy of the model on the test set: {np.mean(label == y_test):.3f}")
    print(f"same labels: {np.array_equal(label, clf.predict(X_test))}")
    apart = np.abs(proba - clf.predict_proba(X_test)).max()
    print(f"largest difference of a probability: {apart:.1e}")
    _, with_more = session.run(None, padded(X_test, longest + 20))
    print(f"twenty more steps of padding change: {np.abs(with_more - proba).max():.1e}")


def predict_two_numbers():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 20, 3)).astype(np.float32)
    y = np.column_stack([1000 + X[:, :, 0].sum(axis=1), X[:, :, 1].max(axis=1)])
    reg = LSTMRegressor(max_iter=10, random_state=0).fit(X[:300], y[:300])
    session = onnxruntime.InferenceSession(export_onnx(reg).SerializeToString())
    (predicted,) = session.run(["variable"], {"X": X[300:]})
    apart = np.abs(predicted - reg.predict(X[300:])).max(axis=0)
    print(f"largest difference of two targets: {apart[0]:.1e} and {apart[1]:.1e}")


def main():
    tell_speakers_apart(Path(tempfile.mkdtemp(prefix="skrnn-")) / "vowels.onnx")
    predict_two_numbers()


if __name__ == "__main__":
    main()
