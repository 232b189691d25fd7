"""
Which steps did the network listen to?
======================================

A network predicts well. But does it do so for the right reasons? Its exact gradients
say how much each feature of each step moves a prediction.

This example asks first where the right answer is known: in the adding problem each
sequence has a value and a mark at every step, two steps are marked, and the target is
the sum of their two values. Then it asks about real recordings of speakers.
:ref:`guide_inspection` says more.
"""

import matplotlib.pyplot as plt
import numpy as np

from skrnn import GRURegressor, LSTMClassifier
from skrnn.datasets import load_japanese_vowels, make_adding_problem
from skrnn.inspection import SaliencyDisplay, saliency

# %%
# Where the answer is known
# -------------------------

X, y = make_adding_problem(1200, 20, regression=True, random_state=0)
X_test, y_test = X[1000:], y[1000:]
reg = GRURegressor(random_state=0).fit(X[:1000], y[:1000])
print(f"R2 on new sequences: {reg.score(X_test, y_test):.3f}")

# %%
# A network that has understood the task has a gradient of one in the two marked values,
# and of zero in all others. For this network both are nearly true.

of_values = saliency(reg, X_test)[:, :, 0]
marked = X_test[:, :, 1] == 1
print(f"mean gradient in marked values: {of_values[marked].mean():+.3f}")
print(f"mean gradient in other values:  {of_values[~marked].mean():+.3f}")

# %%
# Integrated gradients divide the prediction itself among the values and marks. The
# parts add up to the difference between the prediction and that of a sequence of means.

parts = saliency(reg, X_test, method="integrated_gradients")
means = np.broadcast_to(reg.feature_mean_, X_test.shape)
differences = reg.predict(X_test) - reg.predict(means)
missed = abs(parts.sum(axis=(1, 2)) - differences).max()
print(f"the parts add up, with an error of {missed:.1g} at most")

# %%
# :class:`~skrnn.inspection.SaliencyDisplay` draws three sequences. The lines are the
# features. The two marked steps stand out, in the marks and in the values.

display = SaliencyDisplay.from_estimator(
    reg, X_test[:3], feature_names=["value", "mark"]
)
display.figure_.set_size_inches(6.4, 4.8)
plt.show()

# %%
# Real recordings
# ---------------
# Which moments of a recording make the network choose the right one of nine speakers?
# Below are recordings of two speakers. The score of the class in the title is divided
# among the twelve features of the sound, at each time step.

X, y = load_japanese_vowels(subset="train", return_X_y=True)
X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
clf = LSTMClassifier(random_state=0).fit(X, y)
print(f"accuracy on new recordings: {clf.score(X_test, y_test):.3f}")

two = [X_test[0], X_test[-1]]
names = [f"coefficient {k}" for k in range(1, 13)]
display = SaliencyDisplay.from_estimator(clf, two, feature_names=names)
display.figure_.set_size_inches(6.4, 6)
plt.show()

# %%
# Try it yourself
# ---------------
# Stop the training early, ``GRURegressor(max_iter=5, random_state=0)``. The score is
# still high, 0.99, but the mean gradient in marked values is only 0.92: the network
# does not trust the marks fully yet.
