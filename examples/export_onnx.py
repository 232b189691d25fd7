"""
Predict without skrnn: a model as an ONNX file
==============================================

A model is trained in Python and shall run somewhere else: in a phone, in a browser, in
a server written in another language. :func:`~skrnn.interop.export_onnx` writes it as
ONNX, a format that many programs run. Does the file give the same answers?

The network is a bidirectional LSTM that tells nine speakers apart by utterances of 7 to
29 steps. The file is run by onnxruntime, which knows nothing of skrnn or scikit-learn
(``pip install 'skrnn[onnx]' onnxruntime``). See :ref:`guide_onnx`.
"""

import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import onnxruntime

from skrnn import LSTMClassifier, LSTMRegressor
from skrnn.datasets import load_japanese_vowels
from skrnn.interop import export_onnx

# %%
# Train and export
# ----------------

X, y = load_japanese_vowels(subset="train", return_X_y=True)
X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
clf = LSTMClassifier(bidirectional=True, max_iter=20, random_state=0).fit(X, y)

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "vowels.onnx")
    export_onnx(clf, path)
    model = path.read_bytes()
print(f"size of the file: {len(model) / 1e3:.0f} kB")

# %%
# What the model expects
# ----------------------
# Utterances differ in length. The model takes them as one array, padded to the longest,
# and the true lengths beside it. The network never reads what stands after the end, so
# we fill it with NaN.

session = onnxruntime.InferenceSession(model)
for value in [*session.get_inputs(), *session.get_outputs()]:
    print(value.name, value.type, value.shape)


def padded(sequences, n_steps):
    X = np.full((len(sequences), n_steps, sequences[0].shape[1]), np.nan, np.float32)
    for row, sequence in zip(X, sequences, strict=True):
        row[: len(sequence)] = sequence
    return {"X": X, "lengths": np.array([len(x) for x in sequences], np.int64)}


# %%
# The same answers
# ----------------
# Labels are equal. Probabilities differ by rounding only: the model computes with 32
# bits. More padding does not matter.

longest = max(len(x) for x in X_test)
label, proba = session.run(None, padded(X_test, longest))
ours = clf.predict_proba(X_test)
_, with_more = session.run(None, padded(X_test, longest + 20))
print(f"accuracy of the model on the test set: {np.mean(label == y_test):.3f}")
print(f"same labels: {np.array_equal(label, clf.predict(X_test))}")
print(f"largest difference of a probability: {np.abs(proba - ours).max():.1e}")
print(f"twenty more steps of padding change: {np.abs(with_more - proba).max():.1e}")

# %%
# Each point of the left picture is the probability of one speaker for one utterance. On
# the right, the size of the differences.

fig, (left, right) = plt.subplots(1, 2, figsize=(8, 4), layout="constrained")
left.plot([0, 1], [0, 1], color="0.6", lw=1)
left.plot(ours.ravel(), proba.ravel(), "C0o", ms=4, alpha=0.5)
left.set(xlabel="probability by skrnn", ylabel="probability by onnxruntime")
left.set(title="Same probabilities", aspect="equal")
differences = np.abs(proba - ours).ravel()
right.hist(np.maximum(differences, 1e-12), np.logspace(-12, -4, 33), color="C0")
right.axvline(np.finfo(np.float32).eps, color="C1", ls="--")
right.text(1.7e-7, 450, "precision of\n32-bit numbers")
right.set(xscale="log", xlabel="absolute difference", ylabel="number of probabilities")
right.set_title("Differences are rounding")
plt.show()

# %%
# A regressor with two targets
# ----------------------------
# The same for numbers. This network is fitted on a 3-D array, and its model needs no
# lengths.

rng = np.random.default_rng(0)
X = rng.normal(size=(400, 20, 3)).astype(np.float32)
y = np.column_stack([1000 + X[:, :, 0].sum(axis=1), X[:, :, 1].max(axis=1)])
reg = LSTMRegressor(max_iter=10, random_state=0).fit(X[:300], y[:300])
session = onnxruntime.InferenceSession(export_onnx(reg).SerializeToString())
(predicted,) = session.run(["variable"], {"X": X[300:]})
apart = np.abs(predicted - reg.predict(X[300:])).max(axis=0)
print(f"largest difference of two targets: {apart[0]:.1e} and {apart[1]:.1e}")

# %%
# Try it yourself
# ---------------
# Export a :class:`~skrnn.GRUClassifier` with ``hidden_size=8``: the file has
# 7 kB in place of 58 kB, and the differences remain as small.
