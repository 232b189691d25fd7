"""Read sequences with missing values, and compare with filling them by the mean.

Two gauges report now and then, each at its own times: four values in five are missing.
The label says which of two levels is the higher one on average. What was seen last
still holds, which the mean of a feature does not say. `missing_values="forward_fill"`
carries it forward inside the network, in streams too; the other model has an imputer
in front of it.

Run it with ``python examples/gaps.py``.
"""

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

from skrnn import GRUClassifier
from skrnn.preprocessing import PerStepTransformer
from skrnn.streaming import Stream


def make_levels(n, rng):
    """Two levels that jump now and then: the label says which is higher on average."""
    jumps = rng.random((n, 30, 2)) < 0.1
    jumps[:, 0] = True
    at = np.where(jumps, np.arange(30)[:, np.newaxis], 0)
    at = np.maximum.accumulate(at, axis=1)
    X = np.take_along_axis(rng.normal(size=(n, 30, 2)), at, axis=1)
    return X, (X[..., 0].mean(axis=1) > X[..., 1].mean(axis=1)).astype(int)


def report_rarely(X, rng):
    """Leave one value in five."""
    return np.where(rng.random(X.shape) < 0.2, X, np.nan)


def main():
    rng = np.random.default_rng(0)
    X, y = make_levels(300, rng)
    X_test, y_test = make_levels(300, rng)
    X, X_test = report_rarely(X, rng), report_rarely(X_test, rng)
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
