"""Which steps did the network listen to? The adding problem, where that is known.

A sequence has a value and a mark at every step. Two steps are marked, and the target is
the sum of their values. A network that has understood this has a gradient of one in the
two marked values, and of zero in all others. The example measures both on sequences
that are new to the network, and draws what three predictions are made of.

Run it with ``python examples/saliency.py``, or with the path of a picture to save the
figure there.
"""

import sys

import matplotlib.pyplot as plt
import numpy as np

from skrnn import GRURegressor
from skrnn.datasets import make_adding_problem
from skrnn.inspection import SaliencyDisplay, saliency


def main(picture=None):
    X, y = make_adding_problem(1200, 20, regression=True, random_state=0)
    X_test, y_test = X[1000:], y[1000:]
    reg = GRURegressor(random_state=0).fit(X[:1000], y[:1000])
    print(f"R2 on new sequences: {reg.score(X_test, y_test):.3f}")

    of_values = saliency(reg, X_test)[:, :, 0]
    marked = X_test[:, :, 1] == 1
    print(f"gradient in a marked value:   {of_values[marked].mean():+.3f}")
    print(f"gradient in another value:    {of_values[~marked].mean():+.3f}")
    print(f"its size there, on average:    {abs(of_values[~marked]).mean():.3f}")

    parts = saliency(reg, X_test, method="integrated_gradients")
    at_rest = np.broadcast_to(reg.feature_mean_, X_test.shape)
    changes = reg.predict(X_test) - reg.predict(at_rest)
    missed = abs(parts.sum(axis=(1, 2)) - changes).max()
    print(f"the parts add up to the predictions, up to {missed:.1g}")

    names = ["value", "mark"]
    display = SaliencyDisplay.from_estimator(reg, X_test[:3], feature_names=names)
    display.figure_.suptitle("The adding problem: what three predictions are made of")
    if picture:
        display.figure_.savefig(picture, dpi=100)
    plt.show()


if __name__ == "__main__":
    main(*sys.argv[1:])
