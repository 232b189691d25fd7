"""
Save a model in a file that runs no code
========================================

A pickle can do anything to the computer that loads it. That is a problem when a model
comes from a colleague, from a customer, or from the internet. A file of skops builds
only objects of types that you trust.

We train a pipeline that tells nine speakers apart, save it with skops, and load it
again (``pip install 'skrnn[skops]'``). See :ref:`guide_persistence`.
"""

import pickle
import zipfile
import zlib

import matplotlib.pyplot as plt
import numpy as np
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from skops.io.exceptions import UntrustedTypesFoundException

from skrnn import GRUClassifier, LSTMClassifier, RecurrentFeatures
from skrnn.datasets import load_japanese_vowels
from skrnn.interop import SKOPS_TRUSTED

# %%
# Train a pipeline
# ----------------
# A GRU makes features of each utterance, and a logistic regression decides.

X, y = load_japanese_vowels(subset="train", return_X_y=True)
X_test, y_test = load_japanese_vowels(subset="test", return_X_y=True)
features = RecurrentFeatures(GRUClassifier(max_iter=20, random_state=0))
pipeline = make_pipeline(features, LogisticRegression(max_iter=1000)).fit(X, y)

# %%
# Save it
# -------
# ``skops.io.dump`` writes a file, and ``skops.io.dumps`` returns the same bytes.

saved = skops.io.dumps(pipeline)
print(f"{len(saved) / 1e3:.0f} kB")

# %%
# Loading it without trust is an error.

try:
    skops.io.loads(saved)
except UntrustedTypesFoundException as error:
    print(error)

# %%
# Load it
# -------
# ``SKOPS_TRUSTED`` lists the types of skrnn that a file may need. They are all that
# this file asks for.

asked_for = skops.io.get_untrusted_types(data=saved)
print(f"the file asks for: {asked_for}")
print(f"all of them are skrnn's: {set(asked_for) <= set(SKOPS_TRUSTED)}")

loaded = skops.io.loads(saved, trusted=SKOPS_TRUSTED)
same = np.array_equal(loaded.predict_proba(X_test), pipeline.predict_proba(X_test))
print(f"predicts the same after loading: {same}")
print(f"accuracy on the test set: {loaded.score(X_test, y_test):.3f}")

# %%
# Training continues after loading as if nothing had happened:

clf = LSTMClassifier(max_iter=10, warm_start=True, random_state=0).fit(X, y)
twin = skops.io.loads(skops.io.dumps(clf), trusted=SKOPS_TRUSTED)
same = np.array_equal(twin.fit(X, y).weights_, clf.fit(X, y).weights_)
print(f"learns the same after loading: {same}")

# %%
# The size of the file
# --------------------
# A file of skops is an archive with a description in JSON and one member for each
# array. Compressed, it is about as large as a compressed pickle.

sizes = {
    "pickle": len(pickle.dumps(pipeline)),
    "pickle, compressed": len(zlib.compress(pickle.dumps(pipeline))),
    "skops": len(saved),
    "skops, compressed": len(
        skops.io.dumps(pipeline, compression=zipfile.ZIP_DEFLATED, compresslevel=6)
    ),
}
fig, ax = plt.subplots(figsize=(7, 3), layout="constrained")
bars = ax.barh(list(sizes), [size / 1e3 for size in sizes.values()])
for bar, name in zip(bars, sizes, strict=True):
    bar.set_color("C1" if name.startswith("skops") else "C0")
ax.bar_label(bars, fmt=" %.0f kB")
ax.invert_yaxis()
ax.margins(x=0.12)
ax.set(xlabel="size of the file (kB)", title="The same pipeline, saved in four ways")
plt.show()

# %%
# Try it yourself
# ---------------
# Put a function of your own into the pipeline, as in
# ``make_pipeline(features, FunctionTransformer(my_function), LogisticRegression())``.
# The file then asks for one more type, which is not in ``SKOPS_TRUSTED``, and
# ``skops.io.loads`` refuses it until you add it to the list yourself.
