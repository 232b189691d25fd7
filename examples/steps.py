"""Who speaks when: a label for every step of a recording.

Utterances of nine people, one after the other, make recordings of some 200 steps. A
network that has an answer for every step is held against a model of rows: gradient
boosting on windows of the last steps. Accuracy says how many steps are right, the edit
score whether the speakers come in the right order, with none too many.

Run it with ``python examples/steps.py``.
"""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import accuracy_score

from skrnn import LSTMStepClassifier
from skrnn.datasets import load_japanese_vowels
from skrnn.metrics import find_segments, flatten_steps, segment_edit_score

N_LAST = 10


def make_recordings(subset, n, random_state):
    """Put twelve utterances one after the other, and say at each step whose it is."""
    X, y = load_japanese_vowels(subset=subset, return_X_y=True)
    rng = np.random.default_rng(random_state)
    drawn = [rng.choice(len(X), 12, replace=False) for _ in range(n)]
    recordings = [np.concatenate([X[i] for i in rows]) for rows in drawn]
    speakers = [
        np.concatenate([np.full(len(X[i]), y[i]) for i in rows]) for rows in drawn
    ]
    return recordings, speakers


def windows(recordings):
    """Make a row of the last steps for each step; what is missing is NaN."""
    rows = []
    for x in recordings:
        padded = np.vstack([np.full((N_LAST - 1, x.shape[1]), np.nan), x])
        rows += [padded[t : t + N_LAST].ravel() for t in range(len(x))]
    return np.array(rows)


def main():
    X, y = make_recordings("train", 20, random_state=0)
    X_new, y_new = make_recordings("test", 20, random_state=1)
    n_steps = sum(map(len, X))
    print(f"{len(X)} recordings with {n_steps} steps to learn from")

    boosting = HistGradientBoostingClassifier(max_iter=15, random_state=0)
    boosting.fit(windows(X), np.concatenate(y))
    ends = np.cumsum([len(x) for x in X_new])[:-1]
    models = {
        "boosting on windows": np.split(boosting.predict(windows(X_new)), ends),
        "LSTM": LSTMStepClassifier(max_iter=60, random_state=0)
        .fit(X, y)
        .predict(X_new),
        "LSTM in both directions": LSTMStepClassifier(
            bidirectional=True, max_iter=60, random_state=0
        )
        .fit(X, y)
        .predict(X_new),
    }
    print(f"{'':24} accuracy   edit score")
    for name, predicted in models.items():
        accuracy = accuracy_score(*flatten_steps(y_new, predicted))
        edit_score = segment_edit_score(y_new, predicted)
        print(f"{name:24} {accuracy:8.3f} {edit_score:12.3f}")

    found = find_segments(models["LSTM in both directions"][0])
    print("\nThe first new recording:")
    for label, start, stop in found[:6]:
        print(f"  steps {start:3} to {stop - 1:3}: speaker {label}")


if __name__ == "__main__":
    main()
