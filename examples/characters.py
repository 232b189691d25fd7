"""
Which language is this word?
============================

The word "bibliothèque" is French. After how many letters can a model know? This example
trains a network that reads a word letter by letter, and shows how its prediction
changes with each of them. The words are 240 from each of six languages, and come with
skrnn.

:class:`~skrnn.preprocessing.TokenEncoder` makes a sequence of codes from each word, and
the network learns a vector for each letter (:ref:`guide_categories`). Beside it stands
what is usual for short texts: counts of groups of letters, and a linear model.
"""

import matplotlib.pyplot as plt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline

from skrnn import LSTMClassifier
from skrnn.datasets import load_words
from skrnn.preprocessing import TokenEncoder

# %%
# The words
# ---------

languages = load_words().target_names
words, y = load_words(subset="train", return_X_y=True)
new_words, y_new = load_words(subset="test", return_X_y=True)
print(f"{len(words)} words to learn from, {len(new_words)} to test on")
print(f"languages: {', '.join(languages)}")

# %%
# A pipeline for text
# -------------------
# The encoder and the network are one pipeline, so that a grid search can choose
# parameters of both: how often a letter must occur to get a code of its own, and the
# hidden size.

network = LSTMClassifier(
    categorical_features=[0], n_filters=64, dropout=0.5, max_iter=15, random_state=0
)
pipeline = make_pipeline(TokenEncoder(analyzer="char"), network)
grid = {
    "tokenencoder__min_frequency": [1, 5],
    "lstmclassifier__hidden_size": [16, 32],
}
folds = StratifiedKFold(2, shuffle=True, random_state=0)
search = GridSearchCV(pipeline, grid, cv=folds).fit(words, y)
print("chosen:", search.best_params_)

# %%
# The usual model for short texts is a strong one, and trained in a moment. On words it
# is at least as good as the network.

counts = make_pipeline(
    TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4)),
    LogisticRegression(C=10, max_iter=1000),
)
counts.fit(words, y)
print(f"accuracy, network, letter by letter: {search.score(new_words, y_new):.3f}")
print(f"accuracy, counts of groups of letters: {counts.score(new_words, y_new):.3f}")

# %%
# Letter by letter
# ----------------
# We can also ask the network about the beginning of a word, as if it were the whole
# word, and then about ever longer ones. The four words below mean "library". In each
# panel a column adds up to 1, and the title has the prediction for the whole word.

libraries = ["bibliothèque", "Bücherei", "kirjasto", "library"]
figure, axes = plt.subplots(2, 2, figsize=(6.4, 4.8), layout="constrained")
for word, ax in zip(libraries, axes.flat, strict=True):
    beginnings = [word[:n] for n in range(1, len(word) + 1)]
    proba = search.predict_proba(beginnings)
    image = ax.imshow(proba.T, cmap="cividis", vmin=0, vmax=1, aspect="auto")
    ax.set_xticks(range(len(word)), list(word))
    ax.set_yticks(range(len(languages)), languages)
    ax.set_title(f"{word}: {languages[proba[-1].argmax()]}")
figure.supxlabel("letters read so far")
figure.colorbar(image, ax=axes, label="probability of the language")
plt.show()

# %%
# Try it yourself
# ---------------
# Put your own words into ``libraries``, such as the butterflies "papillon", "mariposa",
# "farfalla" and "Schmetterling". All four get their language right, the German word
# from its first letter on. The Finnish "perhonen" is taken for German.
