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
        model.set_callbacks()
    except NotImplementedError as error:
        print(error)
"""
SAID = (
    "{name}.set_callbacks needs scikit-learn 1.9 or newer, and this is {version}. fit "
    "works without callbacks; verbose=True prints a line for each epoch."
)


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
