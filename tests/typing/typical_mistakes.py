"""Mistakes of users: both type checkers refuse each line that is marked so."""

import skrnn
from skrnn import GRURegressor, LSTMClassifier, RecurrentFeatures, RNNClassifier
from skrnn.cells import LSTMCell
from skrnn.datasets import load_japanese_vowels, load_words, make_sign_of_sum
from skrnn.ensemble import SequenceBaggingClassifier
from skrnn.inspection import saliency
from skrnn.metrics import make_step_scorer, segment_f1_score, step_confusion_matrix
from skrnn.preprocessing import (
    FrameToSequences,
    StepsFromColumns,
    TokenEncoder,
    last_windows,
    make_sktime_pipeline,
    sliding_windows,
    time_splits,
)
from skrnn.streaming import EarlyClassifier, Stream

X, y = make_sign_of_sum(n_samples=20)
clf = LSTMClassifier()

skrnn.LSTMClasifier(8)  # mistake
LSTMClassifier(hiden_size=8)  # mistake
LSTMClassifier(8, 2)  # mistake
LSTMClassifier(hidden_size="8")  # mistake
LSTMClassifier(solver="adamw")  # mistake
LSTMClassifier(pooling="sum")  # mistake
LSTMClassifier(dropout="none")  # mistake
LSTMClassifier(activation="relu")  # mistake
LSTMClassifier(class_weight="equal")  # mistake
LSTMClassifier(dtype="float16")  # mistake
LSTMClassifier(padding=0)  # mistake
GRURegressor(dtype=int)  # mistake
RNNClassifier(activation="sigmoid")  # mistake
GRURegressor(class_weight="balanced")  # mistake
GRURegressor(random_state="seed")  # mistake
clf.fit(X)  # mistake
clf.fit(X, y, weights=y)  # mistake
clf.fit(X, y, None, y)  # mistake
clf.partial_fit(X, y, y, y, y)  # mistake
clf.predict(X, y)  # mistake
clf.hidden_states(X, layer="top")  # mistake
labels: list[str] = clf.predict(X)  # mistake
losses: list[str] = clf.loss_curve_  # mistake
make_sign_of_sum(n_sample=20)  # mistake
load_japanese_vowels(subset="validation")  # mistake
load_japanese_vowels("train")  # mistake
saliency(clf, X, method="gradients")  # mistake
sliding_windows(X, length=3, short="skip")  # mistake
sliding_windows(X, length=3, horizon=2, target=0.5)  # mistake
last_windows(X, length=3)  # mistake
time_splits(X, n_split=3)  # mistake
load_words(subset="validation")  # mistake
TokenEncoder(analyzer="chars")  # mistake
TokenEncoder("char")  # mistake
FrameToSequences([X])  # mistake
StepsFromColumns(grouped_by="lag")  # mistake
make_sktime_pipeline(clf, scitype="tabular")  # mistake
EarlyClassifier(clf, threshhold=0.9)  # mistake
RecurrentFeatures()  # mistake
SequenceBaggingClassifier(clf, n_estimator=3)  # mistake
Stream("network")  # mistake
LSTMCell(3)  # mistake
make_step_scorer(0.5)  # mistake
segment_f1_score([y], [y], treshold=0.5)  # mistake
step_confusion_matrix([y], [y], normalize="rows")  # mistake
