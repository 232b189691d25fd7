"""Import every module of skrnn, fit and predict, where Python strips docstrings."""

import pkgutil
from importlib import import_module

import numpy as np

import skrnn

for module in pkgutil.walk_packages(skrnn.__path__, "skrnn."):
    import_module(module.name)

X = np.random.default_rng(0).normal(size=(60, 5, 2))
of_steps = np.cumsum(X[:, :, 0], axis=1) > 0
for name in skrnn.__all__:
    estimator = getattr(skrnn, name)
    if hasattr(estimator, "predict"):
        y = of_steps if "Step" in name else of_steps[:, -1]
        model = estimator(8, max_iter=60, random_state=0).fit(X, y)
        if not model.score(X, y) > 0.5:
            raise SystemExit(f"{name} has learnt nothing")
