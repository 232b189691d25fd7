"""Give a network facts beside its sequences, instead of repeating them at each step.

Strides of people, and ten numbers from a questionnaire about each: both say something
about the label. As static features the numbers go straight to the head, on their own
scale; as ten more features of each step the layers have to carry them, with more
weights. Which is more accurate depends on the data: here reading them at each step is.

Run it with ``python examples/facts.py``; it needs pandas.
"""

import numpy as np
import pandas as pd
from sklearn.frozen import FrozenEstimator

from skrnn import GRUClassifier, RecurrentFeatures

ANSWERS = [f"answer {k}" for k in range(10)]


def make_people(n, rng):
    """Sequences of 10 to 30 strides of n people, with their answers in every row."""
    sequences, y = [], []
    for _ in range(n):
        speed, answers = rng.normal(), rng.normal(size=10)
        strides = speed + rng.normal(size=rng.integers(10, 31))
        frame = pd.DataFrame({"stride": strides})
        sequences.append(frame.assign(**dict(zip(ANSWERS, answers, strict=True))))
        y.append("yes" if speed + answers[:3].sum() > 0 else "no")
    return sequences, np.array(y)


def main():
    rng = np.random.default_rng(0)
    X, y = make_people(300, rng)
    X_test, y_test = make_people(500, rng)
    strides, strides_test = ([x[["stride"]] for x in part] for part in (X, X_test))

    def report(name, model, X, X_test):
        score = model.fit(X, y).score(X_test, y_test)
        print(f"{name:<24}accuracy {score:.3f}, {model.weights_.size:>4} weights")

    quick = {"hidden_size": 16, "max_iter": 30, "random_state": 0}
    report("without the answers:", GRUClassifier(**quick), strides, strides_test)
    report("read at each step:", GRUClassifier(**quick), X, X_test)
    model = GRUClassifier(**quick, static_features=ANSWERS)
    report("as facts for the head:", model, X, X_test)
    features = RecurrentFeatures(FrozenEstimator(model)).fit(X)
    print("the head reads last:  ", *features.get_feature_names_out()[-2:])


if __name__ == "__main__":
    main()
