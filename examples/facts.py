"""Give a network facts beside its sequences, instead of repeating them at each step.

Heart rates of people at rest, and their age: what is too fast depends on the age. As a
static feature the age goes straight to the head; as one more feature of each step the
layers have to carry it, and reading it takes weights of theirs.

Run it with ``python examples/facts.py``.
"""

import numpy as np
import pandas as pd

from skrnn import GRUClassifier
from skrnn.fitting.fitted_state import fitted_network


def make_people(n, rng):
    """Sequences of 10 to 30 beats of n people, with their age in every row."""
    sequences, y = [], []
    for _ in range(n):
        age, excess = rng.integers(20, 80), rng.normal()
        rate = 100 - 0.5 * age + 6 * excess
        n_steps = rng.integers(10, 31)
        rates = rate + 8 * rng.normal(size=n_steps)
        sequences.append(pd.DataFrame({"rate": rates, "age": float(age)}))
        y.append("fast" if excess > 0 else "slow")
    return sequences, np.array(y)


def main():
    rng = np.random.default_rng(0)
    X, y = make_people(150, rng)
    X_test, y_test = make_people(500, rng)
    rates = [x[["rate"]] for x in X], [x[["rate"]] for x in X_test]

    quick = {"hidden_size": 16, "max_iter": 60, "random_state": 0}
    without = GRUClassifier(**quick).fit(rates[0], y)
    print(f"without the age:         accuracy {without.score(rates[1], y_test):.3f}")
    repeated = GRUClassifier(**quick).fit(X, y)
    print(f"read at each step:       accuracy {repeated.score(X_test, y_test):.3f}")
    facts = GRUClassifier(**quick, static_features=["age"]).fit(X, y)
    print(f"as a fact for the head:  accuracy {facts.score(X_test, y_test):.3f}")
    print(f"what the head reads last: {fitted_network(facts).pooled_names[-1]}")


if __name__ == "__main__":
    main()
