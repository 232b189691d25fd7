"""Words of six languages by their letters: networks beside counts of letters.

    python -m tests.benchmarks.characters [--test]

Printed is the accuracy in five folds of the training words, and with ``--test`` that on
the test words too, with the seconds of a fit. The networks have four times the filters
of the usual default, twice its units, and half of all values dropped; the committee is
four of them, two of which differ, by soft voting.
"""

import argparse
import time

from sklearn.ensemble import VotingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline

from skrnn import GRUClassifier, LSTMClassifier
from skrnn.datasets import load_words
from skrnn.preprocessing import TokenEncoder
from tests.benchmarks.environment import describe

SETTINGS = {
    "categorical_features": [0],
    "hidden_size": 64,
    "n_filters": 128,
    "dropout": 0.5,
    "recurrent_dropout": 0.5,
    "max_iter": 25,
}


def by_letters(kind, seed, **parameters):
    network = kind(random_state=seed, **parameters)
    return make_pipeline(TokenEncoder(analyzer="char"), network)


def committee():
    members = {
        "first": by_letters(LSTMClassifier, 0, **SETTINGS),
        "second": by_letters(LSTMClassifier, 3, **SETTINGS),
        "both directions": by_letters(
            LSTMClassifier, 1, bidirectional=True, **SETTINGS
        ),
        "GRU": by_letters(GRUClassifier, 2, **SETTINGS),
    }
    return VotingClassifier(list(members.items()), voting="soft")


MODELS = {
    "TfidfVectorizer(char_wb, 1 to 4) + LogisticRegression(C=10)": make_pipeline(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(1, 4)),
        LogisticRegression(C=10, max_iter=1000),
    ),
    "LSTMClassifier, defaults": by_letters(LSTMClassifier, 0, categorical_features=[0]),
    "LSTMClassifier, filters and dropout": by_letters(LSTMClassifier, 0, **SETTINGS),
    "committee of four": committee(),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--test", action="store_true", help="look at the test words")
    options = parser.parse_args()
    print(describe())
    X, y = load_words(subset="train", return_X_y=True)
    X_test, y_test = load_words(subset="test", return_X_y=True)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    for name, model in MODELS.items():
        begin = time.perf_counter()
        accuracy = cross_val_score(model, X, y, cv=folds).mean()
        seconds = (time.perf_counter() - begin) / 5
        line = f"| {name} | {accuracy:.3f} | {seconds:.1f} |"
        if options.test:
            line += f" {model.fit(X, y).score(X_test, y_test):.3f} |"
        print(line, flush=True)


if __name__ == "__main__":
    main()
