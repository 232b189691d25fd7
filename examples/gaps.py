"""Read sequences with missing values, and compare with filling them by the mean.

Two gauges report now and then, each at its own times. One that is about to fail reports
more and more rarely, whatever it says: that something is missing, and since when, is
what there is to learn. `missing_values="forward_fill"` carries what was seen last
forward inside the network, with a mark and an age, in streams too. It fades to the mean
as fast as a gauge forgets its past. The other model has an imputer in front of it.

Run it with ``python examples/gaps.py``.
"""

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

from skrnn import GRUClassifier
from skrnn.preprocessing import PerStepTransformer
from skrnn.streaming import Stream


def make_gauges(n, rng):
    """Reports of two gauges over 40 steps: the label says whether the first fails."""
    jumps = rng.random((n, 40, 2)) < 0.1
    jumps[:, 0] = True
    at = np.where(jumps, np.arange(40)[:, np.newaxis], 0)
    at = np.maximum.accumulate(at, axis=1)
    X = np.take_along_axis(rng.normal(size=(n, 40, 2)), at, axis=1)
    fails = rng.integers(2, size=n)
    rate = np.full(X.shape, 0.5)
    rate[fails == 1, :, 0] = np.linspace(0.6, 0.2, 40)
    return np.where(rng.random(X.shape) < rate, X, np.nan), fails


def main():
    rng = np.random.default_rng(0)
    X, y = make_gauges(400, rng)
    X_test, y_test = make_gauges(400, rng)
    print(f"{np.isnan(X).mean():.0%} of the values are missing")

    network = GRUClassifier(16, max_iter=40, random_state=0)
    imputed = make_pipeline(PerStepTransformer(SimpleImputer()), network)
    print(f"filled by the mean: accuracy {imputed.fit(X, y).score(X_test, y_test):.3f}")
    network = GRUClassifier(
        16, max_iter=40, random_state=0, missing_values="forward_fill"
    )
    print(f"carried forward:    accuracy {network.fit(X, y).score(X_test, y_test):.3f}")

    print(f"left of it after each step: {network.feature_memory_.round(2)}")

    stream = Stream(network)
    for x in X_test[0]:
        proba = stream.step(x)
    same = np.allclose(proba, network.predict_proba(X_test[:1]))
    print(f"a stream with gaps ends with the same probabilities: {same}")


if __name__ == "__main__":
    main()
