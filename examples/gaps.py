"""
Sensors that fall silent
========================

Two gauges report now and then, each at its own times. A gauge that is about to fail
reports more and more rarely, whatever it says. Half of the values are missing, and just
that is what there is to learn. Filling the gaps with the mean, as
:class:`~sklearn.impute.SimpleImputer` does, would hide it. The gauges are simulated.

With ``missing_values="forward_fill"`` a network reads the gaps itself: the last value
that was seen, a mark that it is old, and its age. :ref:`guide_gaps_and_facts` says
more.
"""

# sphinx_gallery_thumbnail_number = 2
import matplotlib.pyplot as plt
import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

from skrnn import GRUClassifier
from skrnn.preprocessing import PerStepTransformer
from skrnn.streaming import Stream

# %%
# The data
# --------
# What the gauges measure stays the same for some time, then jumps. Of the first gauge
# the share of steps with a report falls from 0.6 to 0.2 if it is about to fail.

N_STEPS = 40


def make_gauges(n, rng):
    """Return n recordings of two gauges with gaps, and whether the first one fails."""
    jumps = rng.random((n, N_STEPS, 2)) < 0.1
    jumps[:, 0] = True
    last_jump = np.where(jumps, np.arange(N_STEPS)[:, np.newaxis], 0)
    last_jump = np.maximum.accumulate(last_jump, axis=1)
    values = np.take_along_axis(rng.normal(size=jumps.shape), last_jump, axis=1)
    fails = rng.integers(2, size=n)
    rate = np.full(values.shape, 0.5)
    rate[fails == 1, :, 0] = np.linspace(0.6, 0.2, N_STEPS)
    return np.where(rng.random(values.shape) < rate, values, np.nan), fails


# %%
# Below are the reports of one gauge that fails and of one that does not.

rng = np.random.default_rng(0)
X, y = make_gauges(400, rng)
X_test, y_test = make_gauges(400, rng)
print(f"{np.isnan(X).mean():.0%} of the values are missing")

figure, ax = plt.subplots(figsize=(6.4, 2), layout="constrained")
steps = np.arange(1, N_STEPS + 1)
for fails, marker in [(0, "o"), (1, "x")]:
    reports = ~np.isnan(X_test[y_test == fails][0, :, 0])
    ax.plot(steps[reports], np.full(reports.sum(), fails), f"k{marker}")
ax.set_yticks([0, 1], ["healthy", "fails"])
ax.set(title="When two gauges report", xlabel="step", ylim=(-0.6, 1.6))
plt.show()

# %%
# Two ways with gaps
# ------------------

imputed = make_pipeline(
    PerStepTransformer(SimpleImputer()),
    GRUClassifier(16, max_iter=40, random_state=0),
).fit(X, y)
network = GRUClassifier(
    16, max_iter=40, random_state=0, missing_values="forward_fill"
).fit(X, y)
print(f"accuracy, filled with the mean: {imputed.score(X_test, y_test):.3f}")
print(f"accuracy, gaps read by the network: {network.score(X_test, y_test):.3f}")

# %%
# A stream has gaps too: a value that did not come is NaN. After the last step the
# stream has the probabilities of the whole sequence.

stream = Stream(network)
for step in X_test[0]:
    proba = stream.step(step)
assert np.allclose(proba, network.predict_proba(X_test[:1]))
print(f"probability that the first gauge fails: {proba[0, 1]:.2f}")

# %%
# When does the network notice?
# -----------------------------
# The lines are the mean predictions of both models after each step, for gauges that
# fail (crosses) and for healthy ones (dots). The network that reads the gaps tells them
# apart from step 25 on, and more clearly.

figure, ax = plt.subplots(figsize=(6.4, 4.4), layout="constrained")
lines = {
    "gaps read by the network": (network, "C0-"),
    "filled with the mean": (imputed, "C1--"),
}
for name, (model, style) in lines.items():
    proba = [model.predict_proba(X_test[:, :n])[:, 1] for n in steps[1:]]
    for fails, marker in [(0, "o"), (1, "x")]:
        course = np.mean(proba, axis=1, where=y_test == fails)
        label = f"{name}: {['healthy', 'fails'][fails]}"
        ax.plot(steps[1:], course, style + marker, markevery=4, label=label)
ax.set(title="Mean prediction after each step", xlabel="step")
ax.set_ylabel("probability of a failure")
ax.legend(fontsize="small")
plt.show()

# %%
# Try it yourself
# ---------------
# Let the first gauge fall silent in the end, ``np.linspace(0.6, 0.0, N_STEPS)``. Both
# models are better then, and the network that reads the gaps itself stays ahead: 0.96
# against 0.89.
