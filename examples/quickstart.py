"""
Tell nine speakers apart by two vowels
======================================

Nine men say the two Japanese vowels /ae/, again and again. Each recording is a
sequence of 7 to 29 time steps with 12 features: the coefficients of the sound's
spectrum. Can a network say who is speaking?

This example trains an LSTM with its default settings, lets a grid search choose the
features, compares both models on recordings that neither has seen, and saves the
chosen one. The data come with skrnn, nothing is downloaded. Run it with
``python examples/quickstart.py``: the saved model and the picture go into a new
temporary folder.
"""

# sphinx_gallery_thumbnail_number = 2
import tempfile
from pathlib import Path

import joblib
import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import ConfusionMatrixDisplay
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from skrnn import LSTMClassifier
from skrnn.datasets import load_japanese_vowels

# %%
# The data
# --------
# ``X`` is a list of arrays of shape (time steps, features), one for each recording. The
# recordings have different lengths, and need no padding.

X, y = load_japanese_vowels(subset="train", return_X_y=True)
X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
lengths = [len(recording) for recording in X + X_test]
print(f"{len(X)} recordings to learn from, {len(X_test)} to test on")
print(f"{min(lengths)} to {max(lengths)} time steps, {X[0].shape[1]} features a step")

# %%
# Each line below is a recording of one of three speakers: two of the twelve features,
# from the first time step to the last, which has the marker. Each speaker moves through
# them in his own way.

figure, axes = plt.subplots(
    1, 3, figsize=(6.4, 3.2), sharex=True, sharey=True, layout="constrained"
)
for ax, speaker in zip(axes, [0, 4, 8], strict=True):
    for i in np.flatnonzero(y == speaker)[:6]:
        (line,) = ax.plot(X[i][:, 0], X[i][:, 1], linewidth=1)
        ax.plot(*X[i][-1, :2], "o", color=line.get_color())
    ax.set_title(f"speaker {speaker}")
axes[0].set_ylabel("spectral coefficient 2")
_ = axes[1].set_xlabel("spectral coefficient 1")

# %%
# An LSTM with its defaults
# -------------------------
# :class:`~skrnn.LSTMClassifier` is used as any classifier of scikit-learn. It scales
# the features itself.

print("training an LSTM with the defaults ...", flush=True)
default = LSTMClassifier(random_state=0).fit(X, y)
print(f"accuracy on the test set, defaults: {default.score(X_test, y_test):.3f}")

# %%
# A grid search over the features
# -------------------------------
# Does the network do better if it also reads by how much each feature has changed since
# the time step before? Cross-validation on the training set answers, with networks that
# are trained for fewer epochs.


def with_changes(X, changes):
    """Append to each time step, if asked, its difference to the step before."""
    if not changes:
        return X
    return [np.hstack([x, np.diff(x, axis=0, prepend=x[:1])]) for x in X]


features = FunctionTransformer(with_changes, kw_args={"changes": False})
network = LSTMClassifier(max_iter=30, random_state=0)
pipeline = Pipeline([("features", features), ("lstm", network)])
grid = {"features__kw_args": [{"changes": False}, {"changes": True}]}

print("searching by cross-validation ...", flush=True)
search = GridSearchCV(pipeline, grid, cv=3, n_jobs=2, refit=False).fit(X, y)
without, with_them = search.cv_results_["mean_test_score"]
print(f"accuracy in cross-validation, without changes: {without:.3f}")
print(f"accuracy in cross-validation, with changes: {with_them:.3f}")

# %%
# The chosen pipeline is trained again, on the whole training set and for more epochs.
# The test set has chosen nothing, so its accuracy is what to expect of new recordings
# of these speakers.

print("training the chosen pipeline ...", flush=True)
model = pipeline.set_params(**search.best_params_, lstm__max_iter=60).fit(X, y)
print(f"accuracy on the test set, searched: {model.score(X_test, y_test):.3f}")

# %%
# Save the model, and load it
# ---------------------------

folder = Path(tempfile.mkdtemp(prefix="skrnn-"))
joblib.dump(model, folder / "vowels.joblib")
loaded = joblib.load(folder / "vowels.joblib")
same = np.array_equal(loaded.predict_proba(X_test), model.predict_proba(X_test))
print(f"the loaded model gives the same probabilities: {same}")

# %%
# Who is taken for whom?
# ----------------------
# The numbers beside the diagonal are the few recordings that the model takes for those
# of another speaker.

predicted = model.predict(X_test)
figure, ax = plt.subplots(figsize=(6.4, 4.8), layout="constrained")
display = ConfusionMatrixDisplay.from_predictions(
    y_test, predicted, cmap="Blues", colorbar=False, ax=ax
)
for text in display.text_.flat:
    text.set_text(text.get_text() if text.get_text() != "0" else "")
n_right = (predicted == y_test).sum()
ax.set_title(f"{n_right} of {len(y_test)} new recordings: the right speaker")
ax.set(xlabel="predicted speaker", ylabel="true speaker")
figure.savefig(folder / "speakers.png", dpi=120)
print(f"model and picture: {folder}")
plt.show()

# %%
# Try it yourself
# ---------------
# Import :class:`~skrnn.GRUClassifier`, and put it in place of ``LSTMClassifier`` at
# both places. With the changes as features it makes no mistake on the test set.
