"""Read sequences with missing values, and compare with filling them by the mean.

A third of all measurements of two vibrating signals is lost, in stretches. The classes
differ in how long ago the signals went up, so that what was last seen says more than
the mean of the feature. `missing_values="forward_fill"` carries it forward inside the
network, in streams too; the other model has an imputer in front of it.

Run it with ``python examples/gaps.py``.
"""

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

from skrnn import GRUClassifier
from skrnn.preprocessing import PerStepTransformer
from skrnn.streaming import Stream


def make_levels(n, rng):
    """Levels that stay for long, and jump: the label says whether the last is up."""
    jumps = rng.random((n, 40, 2)) < 0.08
    jumps[:, 0] = True
    levels = rng.normal(size=(n, 40, 2))
    at = np.where(jumps, np.arange(40)[:, np.newaxis], 0)
    at = np.maximum.accumulate(at, axis=1)
    X = np.take_along_axis(levels, at, axis=1)
    y = (X[:, -1].sum(axis=1) > 0).astype(int)
    return X + 0.1 * rng.normal(size=X.shape), y


def lose_stretches(X, rng):
    """Take a third of each feature out, in one stretch; some lose the end."""
    n, n_steps, n_features = X.shape
    X, length = X.copy(), n_steps // 3
    for sequence in X:
        for k, first in enumerate(rng.integers(0, n_steps - length + 1, n_features)):
            sequence[first : first + length, k] = np.nan
    return X


def main():
    rng = np.random.default_rng(0)
    X, y = make_levels(400, rng)
    X_test, y_test = make_levels(400, rng)
    X, X_test = lose_stretches(X, rng), lose_stretches(X_test, rng)
    print(f"{np.isnan(X).mean():.0%} of the values are missing")

    network = GRUClassifier(16, max_iter=40, random_state=0)
    imputed = make_pipeline(PerStepTransformer(SimpleImputer()), network)
    print(f"filled by the mean: accuracy {imputed.fit(X, y).score(X_test, y_test):.3f}")
    network = GRUClassifier(
        16, max_iter=40, random_state=0, missing_values="forward_fill"
    )
    print(f"carried forward:    accuracy {network.fit(X, y).score(X_test, y_test):.3f}")

    stream = Stream(network)
    for x in X_test[0]:
        proba = stream.step(x)
    same = np.allclose(proba, network.predict_proba(X_test[:1]))
    print(f"a stream with gaps ends with the same probabilities: {same}")


if __name__ == "__main__":
    main()
