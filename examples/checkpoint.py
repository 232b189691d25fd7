"""
A training that is killed, and goes on
======================================

Cheap machines of a cloud can be taken away at any moment, and a training of hours with
them. :class:`~skrnn.callbacks.Checkpoint` writes the state of the training to a file
every few epochs. What is lost when the process is killed?

Here a network learns to tell nine speakers apart by how they say two Japanese vowels.
We kill the process in the middle and start the same program again. It loses a few
epochs, and ends with exactly the same weights as a training that nobody disturbed. The
user guide has :ref:`the details <guide_checkpoints>`.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from skrnn import LSTMClassifier
from skrnn.callbacks import Checkpoint
from skrnn.datasets import load_japanese_vowels

# %%
# The program
# -----------
# This program runs in a process of its own. It is the same the first time and every
# other time: with ``resume_from`` it looks for a checkpoint in the folder, and starts
# from scratch if there is none. ``verbose`` makes it print a line for each epoch.

PROGRAM = """
import sys
from skrnn import LSTMClassifier
from skrnn.callbacks import Checkpoint
from skrnn.datasets import load_japanese_vowels

folder = sys.argv[1]
X, y = load_japanese_vowels(subset="train", return_X_y=True)
model = LSTMClassifier(hidden_size=24, max_iter=60, random_state=0, verbose=True)
model.set_callbacks(Checkpoint(folder, every=10))
model.fit(X, y, resume_from=folder)
"""
temporary = tempfile.TemporaryDirectory()
folder = temporary.name

# %%
# Kill it
# -------
# We start the program, read what it prints, and kill it in epoch 27. The kill comes
# without a warning, as from a machine that is switched off.

KILL_IN_EPOCH = 27

log = []
process = subprocess.Popen(
    [sys.executable, "-u", "-c", PROGRAM, folder], stdout=subprocess.PIPE, text=True
)
for line in process.stdout:
    log.append(line.strip())
    if len(log) == KILL_IN_EPOCH:
        process.kill()
        break
process.wait()
process.stdout.close()
print("the last line:", log[KILL_IN_EPOCH - 1])
print("left behind:", [path.suffix for path in Path(folder).iterdir()])

# %%
# Start it again
# --------------
# The same lines as in the program, in this process now. The training continues after
# the last checkpoint, and ``loss_curve_`` has the epochs of both processes.

X, y = load_japanese_vowels(subset="train", return_X_y=True)
settings = {"hidden_size": 24, "max_iter": 60, "random_state": 0}
model = LSTMClassifier(**settings).set_callbacks(Checkpoint(folder, every=10))
model.fit(X, y, resume_from=folder)
temporary.cleanup()

# %%
# Was anything lost?
# ------------------
# We compare the model with one that was trained without a break. The weights agree in
# every bit.

undisturbed = LSTMClassifier(**settings).fit(X, y)
print("same weights:", np.array_equal(model.weights_, undisturbed.weights_))
X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
print(f"accuracy on the test set: {model.score(X_test, y_test):.3f}")

# %%
# The picture shows the loss in training. The killed process got as far as epoch 27. The
# next one begins after epoch 20, repeats seven epochs, and follows the line of the
# training without a break.

epochs = np.arange(1, 61)
killed = [float(line.split()[-1]) for line in log]
fig, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
ax.plot(epochs, undisturbed.loss_curve_, color="0.75", lw=7, label="without a break")
last = KILL_IN_EPOCH // 10 * 10
ax.plot(epochs[: len(killed)], killed, "C0o-", ms=5, label="first process")
ax.plot(epochs[last:], model.loss_curve_[last:], "C1--", lw=2, label="second process")
ax.axvline(KILL_IN_EPOCH, color="0.3", ls=":")
ax.text(KILL_IN_EPOCH + 1, 1.2, "killed")
ax.axvline(last, color="0.3", lw=1)
ax.text(last - 0.5, 1.2, "last checkpoint", ha="right")
ax.set(xlabel="epoch", ylabel="loss in training (log scale)", yscale="log")
ax.set_yticks([0.3, 0.4, 0.6, 1, 2], ["0.3", "0.4", "0.6", "1", "2"], minor=False)
ax.minorticks_off()
ax.set_title("The second process goes on from the last checkpoint")
ax.legend()
plt.show()

# %%
# Try it yourself
# ---------------
# Set ``KILL_IN_EPOCH = 5``: there is no checkpoint yet, the second process starts from
# scratch, and the weights are the same again. Or replace ``every=10`` by ``every=1`` in
# both places: the second process repeats no epoch, and the training takes a little
# longer, because every epoch writes a file.
