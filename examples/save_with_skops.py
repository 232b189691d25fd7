"""Save a pipeline in a file that runs no code when it is loaded.

A pickle can do anything to the machine that loads it. skops builds nothing but objects
of types that it is told to trust. This example trains a pipeline to tell nine speakers
apart, saves it, looks at the types that the file asks to be trusted, and loads it: not
at all if they are not, and with the same predictions if they are. Then training goes on
in the model that was loaded as it does in the one that was saved.

Run it with ``python examples/save_with_skops.py``; it needs skops
(``pip install 'skrnn[skops]'``). The file goes into a new temporary folder.
"""

import tempfile
from pathlib import Path

import numpy as np
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from skops.io.exceptions import UntrustedTypesFoundException

from skrnn import GRUClassifier, LSTMClassifier, RecurrentFeatures
from skrnn.datasets import load_japanese_vowels
from skrnn.interop import SKOPS_TRUSTED


def main():
    X, y = load_japanese_vowels(subset="train", return_X_y=True)
    X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
    folder = Path(tempfile.mkdtemp(prefix="skrnn-"))

    features = RecurrentFeatures(GRUClassifier(max_iter=20, random_state=0))
    pipeline = make_pipeline(features, LogisticRegression(max_iter=1000)).fit(X, y)
    path = folder / "pipeline.skops"
    skops.io.dump(pipeline, path)
    print(f"saved: {path}, {path.stat().st_size} bytes")

    try:
        skops.io.load(path)
    except UntrustedTypesFoundException as error:
        print(f"without trust: {error}")

    asked_for = skops.io.get_untrusted_types(file=path)
    print(f"the file asks for: {asked_for}")
    print(f"all of them are skrnn's: {set(asked_for) <= set(SKOPS_TRUSTED)}")
    loaded = skops.io.load(path, trusted=SKOPS_TRUSTED)
    same = np.array_equal(loaded.predict_proba(X_test), pipeline.predict_proba(X_test))
    print(f"predicts the same after loading: {same}")
    print(f"accuracy on the test set: {loaded.score(X_test, y_test):.3f}")

    clf = LSTMClassifier(max_iter=10, warm_start=True, random_state=0).fit(X, y)
    twin = skops.io.loads(skops.io.dumps(clf), trusted=SKOPS_TRUSTED)
    same = np.array_equal(twin.fit(X, y).weights_, clf.fit(X, y).weights_)
    print(f"learns the same after loading: {same}")


if __name__ == "__main__":
    main()
