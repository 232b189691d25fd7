"""
Answers while the data are still coming in
==========================================

A microphone, a machine or a patient sends one measurement after the other. What does
the network say now, before the sequence is complete?

:class:`~skrnn.streaming.Stream` keeps the state of a network between two time steps.
Each step costs the same, however long the sequence is already, and the answer is equal
to that of ``predict_proba`` for everything so far. Here three people speak at the same
time, and the steps of their utterances arrive in random order. The utterances are
recordings of nine speakers. See :ref:`guide_streaming`.
"""

import matplotlib.pyplot as plt
import numpy as np

from skrnn import GRUClassifier
from skrnn.datasets import load_japanese_vowels
from skrnn.streaming import Stream

# %%
# Train on beginnings too
# -----------------------
# A network that has only seen whole utterances has not learnt to answer early. We add
# the first half of each utterance to the training set.

X, y = load_japanese_vowels(subset="train", return_X_y=True)
X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
halves = [x[: len(x) // 2] for x in X]
clf = GRUClassifier(16, max_iter=60, random_state=0)
clf.fit(X + halves, np.concatenate([y, y]))

# %%
# Three streams at a time
# -----------------------
# One ``Stream`` has three states. Which of the speakers is next is drawn at random.
# When an utterance is over, its stream is reset and takes another one. We keep the
# probability of the correct speaker after each step.

N_STREAMS, N_ARRIVALS = 3, 150
rng, stream = np.random.default_rng(0), Stream(clf, N_STREAMS)
playing = rng.permutation(len(X_test))[:N_STREAMS]
history = []
for arrival in range(N_ARRIVALS):
    k = rng.integers(N_STREAMS)
    utterance, seen = playing[k], stream.n_steps[k]
    x, speaker = X_test[utterance], y_test[utterance]
    proba = stream.step(x[seen], streams=k)[0]
    says = proba.argmax()
    history.append((arrival, k, seen + 1, len(x), proba[speaker], says == speaker))
    assert np.allclose(proba, clf.predict_proba([x[: seen + 1]])[0])
    if seen + 1 == len(x):
        stream.reset(k)
        playing[k] = rng.integers(len(X_test))

# %%
# The ``assert`` has checked each answer against ``predict_proba`` on all steps so far.
# How often is the most probable speaker the correct one?

columns = map(np.array, zip(*history, strict=True))
arrival, of_stream, step, length, p_correct, is_correct = columns
for name, when in [
    ("first step", step == 1),
    ("half of it", step == length // 2),
    ("end", step == length),
]:
    print(f"correct after the {name}: {is_correct[when].sum()} of {when.sum()}")
state = stream.get_state()
size = sum(values.nbytes for values in state.values())
print(f"what is remembered of all streams: {size} bytes in {len(state)} arrays")

# %%
# What the streams said
# ---------------------
# Each coloured line is an utterance. In most of them the network is sure of the speaker
# after a few steps; in the first one of stream 1 it takes somebody else for the speaker
# to the end.

fig, axes = plt.subplots(3, sharex=True, figsize=(7, 5.5), layout="constrained")
for k, ax in enumerate(axes):
    mine = of_stream == k
    ends = np.flatnonzero(step[mine] == length[mine]) + 1
    when, p = np.split(arrival[mine], ends), np.split(p_correct[mine], ends)
    for number in range(len(when)):
        ax.plot(when[number], p[number], "o-", color=f"C{number % 2}", ms=3)
    for end in ends:
        ax.axvline(arrival[mine][end - 1], color="0.3", ls=":", lw=1)
    ax.set(ylabel=f"stream {k}", ylim=(0, 1.05))
axes[0].plot([], [], "k:", lw=1, label="end of an utterance")
axes[0].legend(loc="lower left")
axes[0].set_title("Probability of the correct speaker, step by step")
axes[-1].set_xlabel("steps that have come in, of all streams")
plt.show()

# %%
# Try it yourself
# ---------------
# Train on ``X`` and ``y`` alone: the network does not learn to answer early. After the
# first step it is then correct for 3 of 12 utterances only, and the curves rise later.
