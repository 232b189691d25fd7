"""Every public function, with arguments that are right, and junk for each of them."""

from functools import cache

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin

from skrnn import RNNClassifier, datasets
from skrnn.cells import GRUCell, LSTMCell, RNNCell
from skrnn.inspection import permutation_importance, saliency
from skrnn.interop import export_onnx, load_torch_state, torch_state
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
    channels_last,
    last_windows,
    make_skforecast_pipeline,
    make_sktime_pipeline,
    padded_from_ragged,
    ragged_from_padded,
    sequences_from_frame,
    sliding_windows,
    time_splits,
)
from skrnn.streaming import (
    EarlyClassifier,
    EarlyStream,
    Stream,
    accuracy_against_earliness,
)
from tests.attacks.configurations import quietly
from tests.attacks.junk import COLUMNS, SEQUENCES, VALUES, N, T, block

QUICK = {"hidden_size": 2, "max_iter": 1, "random_state": 0}
#: All that a network can have which reads forward.
WHOLE = {**QUICK, "n_filters": 2, "linear_steps": 2}
X, Y = block(), np.arange(N) % 2
_FRAME = pd.DataFrame({"lag_1": Y, "lag_2": Y, "x": Y})
#: Labels of steps, and the arguments that metrics of them share.
STEPS = np.arange(N * 3).reshape(N, 3) // 5 % 2
OF_STEPS = {
    "y_true": (lambda: STEPS, {**SEQUENCES, **COLUMNS}),
    "y_pred": (lambda: 1 - STEPS, {**SEQUENCES, **COLUMNS}),
    "sample_weight": (lambda: None, {**SEQUENCES, **COLUMNS}),
}


class _StepModel(ClassifierMixin, BaseEstimator):
    classes_ = np.array([0, 1])

    def predict(self, X):
        return X


def _step_score(score, X, y, sample_weight):
    return make_step_scorer(score)(_StepModel(), X, y, sample_weight)


@cache
def _network():
    return quietly(RNNClassifier(**WHOLE).fit, X, Y)


WORDS = np.array([[["a", "1.5"], ["b", "2"], ["a", "0"]]] * N)


@cache
def _of_words():
    return quietly(RNNClassifier(**QUICK, categorical_features=[0]).fit, WORDS, Y)


def _fit_categories(X, categorical_features):
    model = RNNClassifier(**QUICK, categorical_features=categorical_features)
    return quietly(model.fit, X, Y)


@cache
def _early():
    return quietly(EarlyClassifier(RNNClassifier(**QUICK)).fit, X, Y)


def _stream():
    return Stream(_network(), 2)


def _frame():
    return pd.DataFrame({"id": [0, 0, 1], "time": [0, 1, 0], "a": 1.0, "y": [1, 1, 0]})


def _encode(X, **parameters):
    return TokenEncoder(**parameters).fit_transform(X)


def _tokens_of_codes(X):
    return TokenEncoder().fit([["a", "b"]]).inverse_transform(X)


def _put_into_steps(X, **parameters):
    return StepsFromColumns(**parameters).fit_transform(X)


def _read_frame(X, y, **parameters):
    return FrameToSequences(**parameters).fit_transform(X, y)


def _padded():
    padded = X.copy()
    padded[0, 2:] = np.nan
    return padded


def _forecasts():
    return sliding_windows(np.arange(12.0), length=2, horizon=2)


def _cell(kind):
    def run(n_features, hidden_size, X):
        cell = kind(n_features, hidden_size)
        return cell.run(cell.init(0), X)

    return run


def _cell_init(n_features, hidden_size, random_state):
    return GRUCell(n_features, hidden_size).init(random_state)


def _cell_state(n_sequences, dtype):
    return LSTMCell(2, 3).initial_state(n_sequences, dtype)


def _cell_step(x, h):
    cell = GRUCell(2, 3)
    return cell.step(cell.init(0), x, (h,))


def _with(state, name, value):
    """Give a state with another part, if it can have that name."""
    try:
        return {**state, name: value}
    except TypeError:
        return state


def _load_state(name, value):
    model = quietly(RNNClassifier(**WHOLE).fit, X, Y)
    return load_torch_state(model, _with(torch_state(model), name, value))


def _set_part(name, value):
    stream = _stream()
    return stream.set_state(_with(stream.get_state(), name, value))


#: A function, its right arguments, and tables of junk for each of them.
FUNCTIONS = {
    "sliding_windows": (
        sliding_windows,
        {
            "X": (lambda: X, SEQUENCES),
            "length": (lambda: 2, VALUES),
            "stride": (lambda: 1, VALUES),
            "y": (lambda: Y, COLUMNS),
            "groups": (lambda: Y, COLUMNS),
            "label": (lambda: "last", VALUES),
            "horizon": (lambda: 0, VALUES),
            "short": (lambda: "error", VALUES),
            "times": (lambda: None, SEQUENCES),
        },
    ),
    "sliding_windows, forecasts": (
        sliding_windows,
        {
            "X": (lambda: X, SEQUENCES),
            "length": (lambda: 1, VALUES),
            "horizon": (lambda: 1, VALUES),
            "target": (lambda: 0, VALUES),
            "known_ahead": (lambda: [1], VALUES),
            "times": (lambda: [range(T)] * N, SEQUENCES),
            "missing": (lambda: "drop", VALUES),
        },
    ),
    "last_windows": (
        last_windows,
        {
            "X": (lambda: X, SEQUENCES),
            "length": (lambda: 2, VALUES),
            "horizon": (lambda: 1, VALUES),
            "known_ahead": (lambda: [1], VALUES),
            "future": (lambda: X[:, :1, :1], SEQUENCES),
            "times": (lambda: None, SEQUENCES),
            "short": (lambda: "error", VALUES),
        },
    ),
    "time_splits": (
        time_splits,
        {
            "windows": (_forecasts, {**VALUES, **SEQUENCES}),
            "n_splits": (lambda: 2, VALUES),
            "test_size": (lambda: 1, VALUES),
        },
    ),
    "flatten_steps": (
        flatten_steps,
        {**OF_STEPS, "unlabelled": (lambda: -1, VALUES)},
    ),
    "make_step_scorer": (
        _step_score,
        {
            # Of the type `int` scikit-learn cannot find the signature.
            "score": (lambda: "accuracy", {**VALUES, "int": VALUES["len"]}),
            "X": (lambda: STEPS, SEQUENCES),
            "y": OF_STEPS["y_true"],
            "sample_weight": OF_STEPS["sample_weight"],
        },
    ),
    # What else they take goes to scikit-learn.
    "step_confusion_matrix": (step_confusion_matrix, OF_STEPS),
    "step_classification_report": (step_classification_report, OF_STEPS),
    "find_segments": (find_segments, {"labels": (lambda: Y, COLUMNS)}),
    "segment_edit_score": (
        segment_edit_score,
        {**OF_STEPS, "ignore": (lambda: 0, {**VALUES, **COLUMNS})},
    ),
    "segment_f1_score": (
        segment_f1_score,
        {
            **OF_STEPS,
            "threshold": (lambda: 0.5, {**VALUES, **COLUMNS}),
            "ignore": (lambda: 0, {**VALUES, **COLUMNS}),
        },
    ),
    "ragged_from_padded": (
        ragged_from_padded,
        {"X": (_padded, SEQUENCES), "lengths": (lambda: [1] * N, COLUMNS)},
    ),
    "padded_from_ragged": (
        padded_from_ragged,
        {
            "X": (lambda: list(X), SEQUENCES),
            "fill_value": (lambda: 0.0, VALUES),
            "n_steps": (lambda: 4, VALUES),
        },
    ),
    "channels_last": (channels_last, {"X": (lambda: X, SEQUENCES)}),
    "sequences_from_frame": (
        sequences_from_frame,
        {
            "frame": (_frame, SEQUENCES),
            "id": (lambda: "id", VALUES),
            "time": (lambda: "time", VALUES),
            "features": (lambda: ["a"], VALUES),
            "target": (lambda: "y", VALUES),
            "groups": (lambda: "y", VALUES),
            "time_since": (lambda: "since", VALUES),
        },
    ),
    "sequences_from_frame, targets of steps": (
        lambda step_target: sequences_from_frame(
            _frame(), id="id", features=["a"], step_target=step_target
        ),
        {"step_target": (lambda: "y", VALUES)},
    ),
    "FrameToSequences": (
        _read_frame,
        {
            "X": (_frame, SEQUENCES),
            "y": (lambda: [3, 4], COLUMNS),
            "id": (lambda: "id", VALUES),
            "time": (lambda: "time", VALUES),
            "features": (lambda: None, VALUES),
            "time_since": (lambda: "since", VALUES),
            "as_frames": (lambda: True, VALUES),
        },
    ),
    "FrameToSequences, a list": (
        lambda X: _read_frame(X, Y),
        {"X": (lambda: [_frame()] * N, SEQUENCES)},
    ),
    "StepsFromColumns": (
        _put_into_steps,
        {
            "X": (lambda: X.reshape(N, -1), SEQUENCES),
            "columns": (lambda: slice(4), {**VALUES, **COLUMNS}),
            "features_per_step": (lambda: 2, VALUES),
            "grouped_by": (lambda: "feature", VALUES),
            "newest_first": (lambda: True, VALUES),
            "remainder": (lambda: "drop", VALUES),
        },
    ),
    "StepsFromColumns, a pattern": (
        lambda columns: _put_into_steps(_FRAME, columns=columns),
        {"columns": (lambda: r"lag_(?P<lag>\d)", {**VALUES, **COLUMNS})},
    ),
    "make_skforecast_pipeline": (
        make_skforecast_pipeline,
        {
            "estimator": (lambda: RNNClassifier(), VALUES),
            "lags": (lambda: 3, {**VALUES, **COLUMNS}),
            "n_series": (lambda: 1, VALUES),
            "n_window_features": (lambda: 0, VALUES),
        },
    ),
    "make_sktime_pipeline": (
        make_sktime_pipeline,
        {
            "estimator": (lambda: RNNClassifier(), VALUES),
            "scitype": (lambda: "tabular-regressor", VALUES),
            "n_features": (lambda: 2, VALUES),
        },
    ),
    "TokenEncoder": (
        _encode,
        {
            "X": (lambda: [["a", "b"], ["b"]] * 4, {**SEQUENCES, **COLUMNS}),
            "lowercase": (lambda: True, VALUES),
            "token_pattern": (lambda: r"\w", VALUES),
            "min_frequency": (lambda: 1, VALUES),
            "max_features": (lambda: 2, VALUES),
            "max_length": (lambda: 2, VALUES),
            "keep": (lambda: "last", VALUES),
            "unknown_token": (lambda: "?", VALUES),
        },
    ),
    "TokenEncoder.inverse_transform": (
        _tokens_of_codes,
        {"X": (lambda: np.zeros((8, 3, 1), int), SEQUENCES)},
    ),
    "saliency": (
        saliency,
        {
            "estimator": (_network, VALUES),
            "X": (lambda: X, SEQUENCES),
            "method": (lambda: "integrated_gradients", VALUES),
            "target": (lambda: 1, COLUMNS),
            "output": (lambda: "score", VALUES),
            "baseline": (lambda: 0.0, SEQUENCES),
            "n_steps": (lambda: 4, VALUES),
            "tol": (lambda: 0.1, VALUES),
        },
    ),
    # What else it takes goes to the score of the model, which may be any.
    "permutation_importance": (
        lambda **given: permutation_importance(y=Y, **given),
        {
            "estimator": (_network, VALUES),
            "X": (lambda: X, SEQUENCES),
            "by": (lambda: "step", VALUES),
            "n_blocks": (lambda: 2, VALUES),
            "block_size": (lambda: None, VALUES),
            "origin": (lambda: "start", VALUES),
            "features_per_step": (lambda: None, VALUES),
            "n_repeats": (lambda: 1, VALUES),
            "random_state": (lambda: 0, VALUES),
        },
    ),
    "Stream": (
        Stream,
        {
            "estimator": (_network, VALUES),
            "n_streams": (lambda: 2, VALUES),
            "dtype": (lambda: None, VALUES),
        },
    ),
    "Stream.step": (
        lambda x, streams: _stream().step(x, streams),
        {"x": (lambda: np.zeros((2, 2)), SEQUENCES), "streams": (lambda: None, VALUES)},
    ),
    "Stream.run": (
        lambda X, streams: _stream().run(X, streams),
        {"X": (lambda: X[:2], SEQUENCES), "streams": (lambda: None, VALUES)},
    ),
    "Stream.reset": (
        lambda streams: _stream().reset(streams),
        {"streams": (lambda: None, VALUES)},
    ),
    "Stream.set_state": (
        lambda state: _stream().set_state(state),
        {"state": (lambda: _stream().get_state(), VALUES)},
    ),
    "Stream.set_state, a part": (
        _set_part,
        {"name": (lambda: "steps", VALUES), "value": (lambda: [0, 0], VALUES)},
    ),
    "categories, fit": (
        _fit_categories,
        {
            "X": (lambda: X.round(), SEQUENCES),
            "categorical_features": (lambda: [0], VALUES),
        },
    ),
    "categories, predict": (
        lambda X: _of_words().predict(X),
        {"X": (lambda: WORDS, SEQUENCES)},
    ),
    "categories, step": (
        lambda x: Stream(_of_words(), 2).step(x),
        {"x": (lambda: WORDS[:2, 0], SEQUENCES)},
    ),
    "categories, baseline": (
        lambda baseline: saliency(
            _of_words(), WORDS, method="gradient_x_input", baseline=baseline
        ),
        {"baseline": (lambda: ["a", 0.5], SEQUENCES)},
    ),
    "EarlyStream": (
        EarlyStream,
        {
            "early": (_early, VALUES),
            "n_streams": (lambda: 2, VALUES),
            "dtype": (lambda: None, VALUES),
        },
    ),
    "EarlyStream.step": (
        lambda x, streams: EarlyStream(_early(), 2).step(x, streams),
        {"x": (lambda: np.zeros((2, 2)), SEQUENCES), "streams": (lambda: None, VALUES)},
    ),
    "accuracy_against_earliness": (
        accuracy_against_earliness,
        {
            "estimator": (_network, VALUES),
            "X": (lambda: X, SEQUENCES),
            "y": (lambda: Y, COLUMNS),
            "thresholds": (lambda: [0.5], COLUMNS),
            "patience": (lambda: 1, VALUES),
            "sample_weight": (lambda: None, COLUMNS),
        },
    ),
    "torch_state": (torch_state, {"estimator": (_network, VALUES)}),
    "load_torch_state": (
        lambda state: load_torch_state(
            quietly(RNNClassifier(**WHOLE).fit, X, Y), state
        ),
        {"state": (lambda: torch_state(_network()), VALUES)},
    ),
    "load_torch_state, a part": (
        _load_state,
        {"name": (lambda: "head.bias", VALUES), "value": (lambda: [0.5], COLUMNS)},
    ),
    "export_onnx": (
        export_onnx,
        {"estimator": (_network, VALUES), "opset": (lambda: 18, VALUES)},
    ),
    "cell": (
        _cell(RNNCell),
        {
            "n_features": (lambda: 2, VALUES),
            "hidden_size": (lambda: 3, VALUES),
            "X": (lambda: X, SEQUENCES),
        },
    ),
    "cell, init": (
        _cell_init,
        {
            "n_features": (lambda: 2, VALUES),
            "hidden_size": (lambda: 3, VALUES),
            "random_state": (lambda: 0, VALUES),
        },
    ),
    "cell, state": (
        _cell_state,
        {"n_sequences": (lambda: 2, VALUES), "dtype": (lambda: np.float64, VALUES)},
    ),
    "cell, step": (
        _cell_step,
        {
            "x": (lambda: np.zeros((2, 2)), SEQUENCES),
            "h": (lambda: np.zeros((2, 3)), SEQUENCES),
        },
    ),
    "make_sign_of_sum": (
        datasets.make_sign_of_sum,
        {
            "n_samples": (lambda: 3, VALUES),
            "n_steps": (lambda: 3, VALUES),
            "n_features": (lambda: 1, VALUES),
            "random_state": (lambda: 0, VALUES),
        },
    ),
    "make_adding_problem": (
        datasets.make_adding_problem,
        {
            "n_samples": (lambda: 3, VALUES),
            "n_steps": (lambda: 3, VALUES),
            "regression": (lambda: True, VALUES),
            "random_state": (lambda: 0, VALUES),
        },
    ),
    "make_first_symbol_recall": (
        datasets.make_first_symbol_recall,
        {
            "n_samples": (lambda: 3, VALUES),
            "n_steps": (lambda: 3, VALUES),
            "n_symbols": (lambda: 3, VALUES),
            "random_state": (lambda: 0, VALUES),
        },
    ),
    "make_temporal_order": (
        datasets.make_temporal_order,
        {
            "n_samples": (lambda: 3, VALUES),
            "n_steps": (lambda: 7, VALUES),
            "random_state": (lambda: 0, VALUES),
        },
    ),
    "load_words": (
        datasets.load_words,
        {"subset": (lambda: "test", VALUES), "return_X_y": (lambda: True, VALUES)},
    ),
    "load_japanese_vowels": (
        datasets.load_japanese_vowels,
        {"subset": (lambda: "test", VALUES), "return_X_y": (lambda: True, VALUES)},
    ),
}
