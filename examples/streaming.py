"""Ask a network what it thinks while the measurements are still coming in.

A model learns to tell nine speakers apart, from whole utterances and from their first
halves. Then three people speak at the same time, and not equally fast: whose step comes
in next is drawn at random. After each step the stream of that speaker has an answer, in
the time that one step takes, and it is the answer that prediction gives for all that
the stream has had. When an utterance is over, its stream is reset and takes the next.

Run it with ``python examples/streaming.py``.
"""

import numpy as np

from skrnn import GRUClassifier
from skrnn.datasets import load_japanese_vowels
from skrnn.streaming import Stream

N_STREAMS, N_ARRIVALS = 3, 300


def with_beginnings(X, y):
    """Put the first half of each utterance beside it."""
    halves = [x[: len(x) // 2] for x in X]
    return X + halves, np.concatenate([y, y])


def main():
    X, y = load_japanese_vowels(subset="train", return_X_y=True)
    X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
    clf = GRUClassifier(16, max_iter=60, random_state=0).fit(*with_beginnings(X, y))

    rng, stream = np.random.default_rng(0), Stream(clf, N_STREAMS)
    playing = rng.permutation(len(X_test))[:N_STREAMS]
    over, right = 0, {"at half": 0, "at the end": 0}
    for _ in range(N_ARRIVALS):
        k = rng.integers(N_STREAMS)
        utterance, seen = playing[k], stream.n_steps[k]
        x = X_test[utterance]
        proba = stream.step(x[seen], streams=k)

        so_far = clf.predict_proba([x[: seen + 1]])
        assert np.allclose(proba, so_far), "a stream and a batch must agree"

        is_right = clf.classes_[proba[0].argmax()] == y_test[utterance]
        if seen + 1 == len(x) // 2:
            right["at half"] += is_right
        if seen + 1 == len(x):
            right["at the end"] += is_right
            over += 1
            stream.reset(k)
            playing[k] = rng.integers(len(X_test))

    print(
        f"{N_ARRIVALS} steps came in for {N_STREAMS} streams; {over} utterances ended"
    )
    print(f"right after half of the utterance: {right['at half']}")
    print(f"right at its end: {right['at the end']}")
    state = stream.get_state()
    size = sum(values.nbytes for values in state.values())
    print(f"what is remembered of all streams: {size} bytes in {len(state)} arrays")


if __name__ == "__main__":
    main()
