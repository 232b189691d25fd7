"""Tell who is about to leave by what they do: events of several kinds, with a number.

Customers look, search, buy, complain or return something, each time for some minutes.
Who complains after a long search leaves, and a return after a purchase counts double.
An event is a row of a data frame: its kind, a category, and the minutes. No encoder is
needed: a network learns a vector for each kind.

Run it with ``python examples/categories.py``; it needs pandas.
"""

import numpy as np
import pandas as pd

from skrnn import GRUClassifier
from skrnn.inspection import permutation_importance, saliency
from skrnn.streaming import Stream

KINDS = ["buy", "complain", "look", "return", "search"]
SHARES = [0.15, 0.1, 0.4, 0.1, 0.25]


def customer(rng):
    """Make the events of a customer, and whether they leave."""
    n = rng.integers(4, 16)
    events = pd.DataFrame(
        {
            "kind": pd.Categorical(rng.choice(KINDS, n, p=SHARES), KINDS),
            "minutes": rng.gamma(2.0, 5.0, n),
        }
    )
    trouble, before = 0, None
    for kind, minutes in zip(events["kind"], events["minutes"], strict=True):
        if kind == "complain" and before == "search":
            trouble += 1
        if kind == "return":
            trouble += 2 if before == "buy" else minutes > 10
        before = kind
    return events, int(trouble > 0)


def customers(n, seed):
    rng = np.random.default_rng(seed)
    events, leaves = zip(*(customer(rng) for _ in range(n)), strict=True)
    return list(events), np.array(leaves)


def main():
    X, y = customers(800, 0)
    X_new, y_new = customers(300, 1)
    print(f"{len(X)} customers, {y.mean():.0%} of them leave")

    clf = GRUClassifier(
        24, categorical_features="from_dtype", max_iter=40, random_state=0
    ).fit(X, y)
    print(f"kinds of events: {', '.join(clf.categories_[0])}")
    print(f"numbers in the vector of a kind: {clf.embedding_sizes_[0]}")
    print(f"accuracy on other customers: {clf.score(X_new, y_new):.3f}")

    result = permutation_importance(clf, X_new, y_new, n_repeats=2, random_state=0)
    for name, mean in zip(result.names, result.importances_mean, strict=True):
        print(f"accuracy lost without {name}: {mean:.3f}")

    one = X_new[int(np.argmax(y_new))]
    found = saliency(clf, [one], method="integrated_gradients", target=1, tol=0.01)[0]
    stream = Stream(clf)
    print("\nkind      minutes  share of kind  of minutes  leaves, so far")
    for (kind, minutes), parts in zip(one.to_numpy(object), found, strict=True):
        leaves = stream.step([kind, minutes])[0, 1]
        row = f"{kind:10s} {minutes:6.1f} {parts[0]:14.2f} {parts[1]:11.2f}"
        print(f"{row} {leaves:15.2f}")


if __name__ == "__main__":
    main()
