"""
Which customers are about to leave?
===================================

Customers of a shop look, search, buy, complain or return something, each time for some
minutes. They leave if they complain right after a search, if they return something
right after a purchase, or if a return takes more than ten minutes. The data are
simulated, so that these rules are known, and we can see whether a network finds them.

An event has a category, its kind, and a number, its minutes. No encoder is needed: the
network learns a vector for each kind. :ref:`guide_categories` says more. The example
needs pandas.
"""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from skrnn import GRUClassifier
from skrnn.inspection import permutation_importance, saliency
from skrnn.streaming import Stream

# %%
# The data
# --------
# Each customer is a data frame with one row for each event. The column ``kind`` has
# pandas' type for categories.

KINDS = ["buy", "complain", "look", "return", "search"]


def make_customer(rng):
    """Return the events of a customer, and whether the customer leaves."""
    n = rng.integers(4, 16)
    kinds = rng.choice(KINDS, n, p=[0.15, 0.1, 0.4, 0.1, 0.25])
    minutes = rng.gamma(2.0, 5.0, n)
    before = np.append("", kinds[:-1])
    annoyed = (kinds == "complain") & (before == "search")
    refund = (kinds == "return") & ((before == "buy") | (minutes > 10))
    events = {"kind": pd.Categorical(kinds, KINDS), "minutes": minutes}
    return pd.DataFrame(events), int((annoyed | refund).any())


# %%
# Half of the customers leave.

rng = np.random.default_rng(0)
X, y = zip(*(make_customer(rng) for _ in range(800)), strict=True)
X_new, y_new = zip(*(make_customer(rng) for _ in range(300)), strict=True)
X, y, X_new, y_new = list(X), np.array(y), list(X_new), np.array(y_new)
print(f"{len(X)} customers, {y.mean():.0%} of them leave. The events of one of them:")
print(X[0].head(5).to_string())

# %%
# Train
# -----
# ``categorical_features="from_dtype"`` takes the type of each column for what it is.

clf = GRUClassifier(
    24, categorical_features="from_dtype", max_iter=40, random_state=0
).fit(X, y)
print(f"accuracy on new customers: {clf.score(X_new, y_new):.3f}")
print(f"each kind has become {clf.embedding_sizes_[0]} numbers")

needed = permutation_importance(clf, X_new, y_new, n_repeats=2, random_state=0)
for name, mean in zip(needed.names, needed.importances_mean, strict=True):
    print(f"accuracy lost when {name} is shuffled: {mean:.3f}")

# %%
# Follow one customer
# -------------------
# A :class:`~skrnn.streaming.Stream` gives the probability that the customer leaves
# after each event, as it would do in a running shop. :func:`~skrnn.inspection.saliency`
# divides the final score among the events.

one = X_new[63]
stream = Stream(clf)
leaves = [stream.step(list(event))[0, 1] for event in one.to_numpy(object)]
parts = saliency(clf, [one], method="integrated_gradients", target=1, tol=0.01)[0]
events = [f"{kind}\n{minutes:.0f} min" for kind, minutes in one.to_numpy(object)]

# %%
# This customer complains twice, which changes little. Then the customer returns what
# was just bought, and this event stands out in both panels.

figure, (top, bottom) = plt.subplots(
    2, 1, figsize=(6.4, 5), sharex=True, layout="constrained"
)
steps = np.arange(len(one))
top.step(steps, leaves, "o-", where="mid", color="k")
top.set(title="One customer, event by event", ylabel="probability of leaving")
top.set_ylim(-0.05, 1.05)
bottom.bar(steps - 0.2, parts[:, 0], 0.4, color="C0", label="kind")
bottom.bar(steps + 0.2, parts[:, 1], 0.4, color="C1", hatch="//", label="minutes")
bottom.axhline(0, color="k", linewidth=0.8)
bottom.set_ylabel("share of the final score\n(positive: leaves)")
bottom.set_xticks(steps, events, fontsize="small")
bottom.legend()
plt.show()

# %%
# Try it yourself
# ---------------
# Follow another customer, ``one = X_new[29]``. The first complaint comes after a
# purchase, and nearly nothing happens. The second one comes after a search, and the
# probability of leaving jumps from 0.02 to 0.94.
