"""scikit-learn before 1.9 has no callbacks: all else works, and it is said."""

import subprocess
import sys

import sklearn

#: What of scikit-learn needs its callbacks is there before they are taken away.
PROGRAM = """
import sys
import sklearn.linear_model, sklearn.model_selection
import sklearn.pipeline, sklearn.preprocessing

sys.modules["sklearn.callback"] = None

from skrnn import LSTMClassifier, RecurrentFeatures

X, y = [[[0.0]], [[1.0]]] * 10, [0, 1] * 10
for model in LSTMClassifier(max_iter=9), RecurrentFeatures(LSTMClassifier(max_iter=9)):
    model.fit(X, y)
    try:
        model.set_callbacks(print)
    except NotImplementedError as error:
        print(error)
"""
SAID = (
    "{name}.set_callbacks takes callbacks of skrnn alone: others need scikit-learn 1.9 "
    "or newer, and this is {version}. fit works without callbacks; verbose=True prints "
    "a line for each epoch."
)

#: Callbacks of skrnn need none of it.
CHECKPOINT = """
import sys
import sklearn.linear_model, sklearn.model_selection
import sklearn.pipeline, sklearn.preprocessing

sys.modules["sklearn.callback"] = None

from sklearn.base import clone
from skrnn import LSTMClassifier, RecurrentFeatures
from skrnn.callbacks import Checkpoint

X, y = [[[0.0]], [[1.0]]] * 10, [0, 1] * 10
checkpoint = Checkpoint(sys.argv[1], every=4)
model = LSTMClassifier(max_iter=9, random_state=0).set_callbacks(checkpoint)
ended = clone(model).fit(X, y)
again = LSTMClassifier(max_iter=9, random_state=0).fit(X, y, resume_from=sys.argv[1])
print((again.weights_ == ended.weights_).all())
sklearn.model_selection.cross_val_score(model.set_callbacks(), X, y, cv=2)
try:
    RecurrentFeatures(model).set_callbacks(checkpoint).fit(X, y)
except TypeError as error:
    print(error)
"""


def test_estimators_work_and_say_what_they_lack():
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        SAID.format(name=name, version=sklearn.__version__)
        for name in ("LSTMClassifier", "RecurrentFeatures")
    ]


def test_a_checkpoint_needs_none(tmp_path):
    path = str(tmp_path / "fit.npz")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CHECKPOINT, path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "True",
        f"Checkpoint({path!r}, every=4) is set on RecurrentFeatures, which trains no "
        "network itself: set it on the network inside, which keeps it when it is "
        "cloned.",
    ]
