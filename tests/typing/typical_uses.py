"""What users write, typed as they would have it: both type checkers accept it."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skrnn import (
    GRUClassifier,
    GRURegressor,
    GRUStepRegressor,
    LSTMClassifier,
    LSTMStepClassifier,
    LSTMStepRegressor,
    RecurrentFeatures,
    RNNClassifier,
    RNNRegressor,
)
from skrnn.cells import LSTMCell
from skrnn.dask import GRUStepRegressor as StepRegressorOnCluster
from skrnn.dask import LSTMClassifier as ClassifierOnCluster
from skrnn.datasets import load_japanese_vowels, load_words, make_sign_of_sum
from skrnn.ensemble import SequenceBaggingClassifier, SequenceBaggingRegressor
from skrnn.inspection import SaliencyDisplay, permutation_importance, saliency
from skrnn.interop import load_torch_state, torch_state
from skrnn.metrics import (
    find_segments,
    flatten_steps,
    make_step_scorer,
    segment_edit_score,
    segment_f1_score,
    step_classification_report,
    step_confusion_matrix,
)
from skrnn.preprocessing import (
    FrameToSequences,
    StepsFromColumns,
    TokenEncoder,
    last_windows,
    make_skforecast_pipeline,
    make_sktime_pipeline,
    padded_from_ragged,
    ragged_from_padded,
    ragged_from_table,
    sequences_from_frame,
    sliding_windows,
    table_from_ragged,
    time_splits,
)
from skrnn.streaming import EarlyClassifier, EarlyStream, Stream

Array: TypeAlias = NDArray[Any]
X, y = make_sign_of_sum(n_samples=20, random_state=np.random.RandomState(0))
sequences, speakers = load_japanese_vowels(subset="train", return_X_y=True)
names = load_japanese_vowels().target_names

clf: LSTMClassifier = LSTMClassifier(
    (8, 4),
    pooling="mean",
    dropout=0.1,
    max_iter=20,
    class_weight={0: 1.0, 1: 2},
    n_iter_no_change=float("inf"),
    random_state=0,
).fit(sequences, speakers, sample_weight=[1.0] * len(speakers))
labels: Array = clf.predict(sequences)
stages: Iterator[Array] = clf.staged_predict_proba(X)
losses: list[float] = clf.loss_curve_
n_classes: int = clf.classes_.size + clf.n_iter_
again: LSTMClassifier = clf.partial_fit(X, y, classes=[0, 1])
wide = LSTMClassifier(dtype="float64").set_params(dtype=np.dtype("float32"))
kinds = RNNClassifier(dtype=np.float32), GRURegressor(dtype=np.dtype(np.float64))
deep = RNNClassifier([8, 8], activation="relu", class_weight="balanced")
reg: GRURegressor = GRURegressor(hidden_size=8, verbose=1).fit([[[0.0]], [[1.0]]], y)
mean: float = reg.target_mean_.mean()
counts = GRURegressor(loss="poisson"), LSTMStepRegressor(loss="quantile", quantile=0.9)
several = RNNRegressor(loss="quantile", quantile=[0.1, 0.9]).set_params(quantile=(0.5,))
explained: float = several.score(X, y, sample_weight=[1.0] * 20)


of_steps: LSTMStepClassifier = LSTMStepClassifier(8, bidirectional=True, max_iter=20)
of_steps.fit(sequences, [[0] * len(x) for x in sequences], sample_weight=[1.0] * 270)
tags: Array | list[Array] = of_steps.predict(sequences)
accuracy: float = of_steps.score(sequences, tags)
numbers = GRUStepRegressor(max_iter=20).fit(X, np.zeros((20, 8))).predict(X)


class Mine(LSTMClassifier):
    """A classifier with a parameter of its own."""

    def __init__(self, extra: int, hidden_size: int = 3) -> None:
        super().__init__(hidden_size)
        self.extra = extra


state: dict[str, Array] = torch_state(Mine(extra=1).fit(X, y))
loaded: GRURegressor = load_torch_state(reg, state)
table: Array = RecurrentFeatures(clf).fit(X, y).transform(X)
bagged = SequenceBaggingClassifier(clf, n_estimators=3, max_samples=20).fit(X, y)
proba: Array = bagged.predict_proba(X)
proba, deviation = bagged.predict_proba(X, return_std=True)
middle: Array = SequenceBaggingRegressor().fit(X, y).predict(X)
early: EarlyClassifier = EarlyClassifier(clf, threshold=0.8).fit(X, y)
decided: Array = EarlyStream(early).step(X[0, 0], streams=0)
twin: Stream = Stream(clf, dtype=np.float32).copy()
importances = permutation_importance(clf, X, y, by="step", scoring=["accuracy"])
gradients = saliency(clf, X, method="gradient", target=1)
display: SaliencyDisplay = SaliencyDisplay.from_estimator(clf, X[:3], course=False)
padded, lengths = padded_from_ragged(sequences)
ragged: list[Array] = ragged_from_padded(padded, lengths)
rows: Array = table_from_ragged(ragged, n_steps=9)
ragged = ragged_from_table(rows, features_per_step=3)
ending = GRUClassifier(padding="nan", features_per_step=3).fit(rows, y)
words, languages = load_words(subset="test", return_X_y=True)
encoder: TokenEncoder = TokenEncoder(analyzer="char", min_frequency=0.01).fit(words)
codes: list[Array] = encoder.transform(words)
letters: list[list[str]] = encoder.inverse_transform(codes)
splitting = TokenEncoder(analyzer=str.split, max_length=10, keep="last")
log = {"run": [1, 1], "second": [0, 1], "speed": [0.5, 0.1]}
reader = FrameToSequences(id="run", time="second", features=["speed"])
runs: list[Array] = reader.fit(log).transform([log])
steps = sequences_from_frame(log, id="run", step_target=["speed"], time_since="gap").y
windows = sliding_windows(
    [X[0], X[1]], length=3, horizon=2, target="load", known_ahead=["day"], times=X
)
splits: list[tuple[Array, Array]] = time_splits(windows, n_splits=3, test_size=24)
last = last_windows(X[0], length=3, horizon=2, known_ahead=[1], future=[[1], [2]]).X
lags = StepsFromColumns(r"lag_(?P<lag>\d+)", remainder="drop").fit(np.zeros((2, 3)))
block: Array = StepsFromColumns(slice(2), newest_first=True).fit_transform(X)
facts = GRURegressor(static_features=slice(1, None), categorical_features=slice(0))
forecasting = make_skforecast_pipeline(facts, lags=[1, 2, 7], n_window_features=2)
forecasts: Array = forecasting.fit(block, y, sample_weight=None).predict(block)
reduced = make_sktime_pipeline(facts, scitype="time-series-regressor").fit(X, y)
cell = LSTMCell(n_features=3, hidden_size=5)
params = cell.init(random_state=0)
h, c = cell.step(params, np.ones((2, 3)), cell.initial_state(n_sequences=2))
steps = [[0, 1, -1], [1, 1]]
flat: Array = flatten_steps(steps)
true, found, weights = flatten_steps(steps, steps, sample_weight=[1.0, 2.0])
scorer = make_step_scorer("accuracy").set_score_request(sample_weight=True)
negative = make_step_scorer(np.subtract, greater_is_better=False, where=True)
table = step_confusion_matrix(steps, steps, labels=[0, 1], normalize="true")
report = step_classification_report(steps, steps, output_dict=True, zero_division=0)
edit: float = segment_edit_score(steps, steps, ignore=[0], sample_weight=[1, 2])
overlap = segment_f1_score(steps, steps, threshold=(0.1, 0.25, 0.5))
lasts: list[int] = [stop - start for _, start, stop in find_segments(steps[0])]

on_cluster = ClassifierOnCluster(16, client=None, average_every=4, alpha=0.1)
on_cluster = on_cluster.fit(X, y)
cluster_score: float = on_cluster.score(X, y)
without_cluster = on_cluster.to_local()
answers_of_cluster: Any = on_cluster.predict_proba(X)
steps_on_cluster: StepRegressorOnCluster = StepRegressorOnCluster(8).fit(X, X[:, :, 0])
