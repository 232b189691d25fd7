"""Windows of one series belong together: see what a split that parts them hides.

Forty people walk; each has a gait of their own, and half of them limp, a little. Their
recordings are cut into overlapping windows, and a network is to tell who limps. A split
by windows lets it learn each person by heart, and its accuracy says nothing of the next
patient. With groups, no person is on both sides: neither of the folds, nor of the
sequences that are held out inside `fit` to see when to stop.

Run it with ``python examples/groups.py``.
"""

import numpy as np
import sklearn
from sklearn.base import clone
from sklearn.model_selection import (
    StratifiedGroupKFold,
    StratifiedKFold,
    cross_validate,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skrnn import GRUClassifier
from skrnn.preprocessing import PerStepTransformer, sliding_windows


def make_walks(rng, n_people=40, n_steps=150):
    """Make a recording of two sensors for each person, and say who limps."""
    limps = np.arange(n_people) % 2
    walks = []
    for limp in limps:
        pace, lift, tilt = rng.normal([0.5, 1.0, 0.0], [0.08, 0.3, 1.0])
        phase = pace * np.arange(n_steps) + rng.uniform(0, 6)
        foot = lift * np.sin(phase) + 0.4 * limp * np.sin(phase / 2)
        hip = tilt + 0.5 * np.cos(phase)
        noise = rng.normal(scale=0.3, size=(n_steps, 2))
        walks.append(np.column_stack([foot, hip]) + noise)
    return walks, limps


def main():
    walks, limps = make_walks(np.random.default_rng(0))
    windows = sliding_windows(walks, length=30, stride=10, y=limps)
    n, n_steps, n_features = windows.X.shape
    print(f"{n} windows of {n_steps} steps and {n_features} sensors")

    sklearn.set_config(enable_metadata_routing=True)
    network = GRUClassifier(
        max_iter=20, early_stopping=True, validation_fraction=0.2, random_state=0
    )
    scaler = PerStepTransformer(StandardScaler())
    alone = make_pipeline(scaler, network)
    together = make_pipeline(scaler, clone(network).set_fit_request(groups=True))
    folds = {"n_splits": 4, "shuffle": True, "random_state": 0}
    for name, model, cv in (
        ("split by windows", alone, StratifiedKFold(**folds)),
        ("split by people", together, StratifiedGroupKFold(**folds)),
    ):
        params = {"groups": windows.groups} if model is together else None
        found = cross_validate(
            model, windows.X, windows.y, cv=cv, params=params, return_estimator=True
        )
        inside = [fit[-1].best_validation_score_ for fit in found["estimator"]]
        print(
            f"{name}: accuracy inside fit {np.mean(inside):.2f}, "
            f"on the other folds {found['test_score'].mean():.2f}"
        )
    sklearn.set_config(enable_metadata_routing=False)


if __name__ == "__main__":
    main()
