"""Use an installed skrnn, and nothing beside it: installed.py VERSION."""

import importlib.util
import pickle
import sys
from importlib.metadata import metadata, version
from pathlib import Path

import numpy as np

import skrnn
from skrnn import GRURegressor, LSTMClassifier
from skrnn.datasets import load_japanese_vowels, load_words

expected = sys.argv[1]
found = {skrnn.__version__, version("skrnn")}
assert found == {expected}, f"version {found}, not {expected}"

package = Path(skrnn.__file__).parent
assert package.is_relative_to(sys.prefix), f"{package} is not the one installed"
assert (package / "py.typed").is_file()
assert importlib.util.find_spec("tests") is None
for name in ("dask", "matplotlib", "onnx", "pandas"):
    assert importlib.util.find_spec(name) is None, f"{name} came along"
for name in set(dir(skrnn)) - {"dask"}:  # which says what it needs
    assert getattr(skrnn, name) is not None
assert metadata("skrnn")["License-Expression"] == "BSD-3-Clause AND CC-BY-4.0"

X, y = load_japanese_vowels(subset="train", return_X_y=True)
X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
model = LSTMClassifier(16, max_iter=5, random_state=0).fit(X, y)
accuracy = model.score(X_test, y_test)
assert accuracy > 0.5, accuracy
copy = pickle.loads(pickle.dumps(model))
assert np.array_equal(copy.predict_proba(X_test), model.predict_proba(X_test))

block = np.random.default_rng(0).normal(size=(40, 6, 2))
regressor = GRURegressor(4, max_iter=3, random_state=0).fit(block, block.sum((1, 2)))
assert np.isfinite(regressor.predict(block)).all()
assert len(load_words().data) == 1920

print(f"skrnn {expected} on Python {sys.version.split()[0]}: accuracy {accuracy:.3f}")
