"""Words of six languages, read letter by letter.

`TokenEncoder` makes a sequence of codes of each word, and the network learns a vector
for each letter. Both are one pipeline, so that a grid search chooses what of either.
Beside it stands what is usual for short texts: counts of groups of letters, and a
linear model.

Run it with ``python examples/characters.py``.
"""

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline

from skrnn import LSTMClassifier
from skrnn.datasets import load_words
from skrnn.preprocessing import TokenEncoder


def main():
    names = load_words().target_names
    words, language = load_words(subset="train", return_X_y=True)
    new_words, new_language = load_words(subset="test", return_X_y=True)
    print(f"{len(words)} words, such as {', '.join(words[:4])}")

    network = make_pipeline(
        TokenEncoder(analyzer="char"),
        LSTMClassifier(
            categorical_features=[0],
            n_filters=64,
            dropout=0.5,
            max_iter=15,
            random_state=0,
        ),
    )
    grid = {
        "tokenencoder__min_frequency": [1, 5],
        "lstmclassifier__hidden_size": [16, 32],
    }
    folds = StratifiedKFold(2, shuffle=True, random_state=0)
    search = GridSearchCV(network, grid, cv=folds).fit(words, language)
    print("best of the grid:", search.best_params_)

    counts = make_pipeline(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4)),
        LogisticRegression(C=10, max_iter=1000),
    )
    counts.fit(words, language)
    print(f"accuracy, letter by letter: {search.score(new_words, new_language):.3f}")
    print(f"accuracy, groups of letters: {counts.score(new_words, new_language):.3f}")

    some = ["kirjasto", "library", "bibliothèque", "Bücherei", "biblioteca"]
    for word, guess in zip(some, search.predict(some), strict=True):
        print(f"  {word:14} {names[guess]}")


if __name__ == "__main__":
    main()
