"""ONNX models, run by onnxruntime, against the estimators that they were made from."""

import json
import sys
from itertools import product

import joblib
import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import skrnn
from skrnn import (
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    RecurrentFeatures,
    RNNClassifier,
    RNNRegressor,
)
from skrnn.cells import CELLS, RNNCell
from skrnn.interop import export_onnx

N, T, D = 24, 9, 2
BLOCK = (5 + 3 * np.random.default_rng(0).normal(size=(N, T, D))).astype(np.float32)
#: Of 1 to 9 steps, each more than twice.
RAGGED = [sequence[: 1 + i % T] for i, sequence in enumerate(BLOCK)]
LAYOUTS = {"block": BLOCK, "ragged": RAGGED, "table": BLOCK.reshape(N, -1)}
CELL = {
    "lstm": (LSTMClassifier, LSTMRegressor, {}),
    "gru": (GRUClassifier, GRURegressor, {}),
    "rnn-tanh": (RNNClassifier, RNNRegressor, {"activation": "tanh"}),
    "rnn-relu": (RNNClassifier, RNNRegressor, {"activation": "relu"}),
}
COUNT = np.arange(N)
TARGETS = {
    "binary": COUNT % 2,
    "multiclass": np.array(["a", "b", "c"])[COUNT % 3],
    "multilabel": np.column_stack([COUNT % 2, COUNT % 3 == 0, COUNT > 9]).astype(int),
    "single target": 1e6 + 1e3 * np.cos(COUNT),
    "multi-target": np.column_stack([COUNT, 1e-3 * np.sin(COUNT)]),
}

every_cell = pytest.mark.parametrize("cell", CELL)


def fitted(cell, X, y, **parameters):
    """Give an estimator with weights of which each makes a difference."""
    classifier, regressor, options = CELL[cell]
    kind = regressor if y.dtype == float else classifier
    quick = {"hidden_size": 3, "max_iter": 1, "random_state": 0, "patch_size": 1}
    model = kind(**{**quick, **options, **parameters})
    # `fit` would warn that these targets have nothing to do with the sequences.
    model = model.partial_fit(X, y) if kind is regressor else model.fit(X, y)
    rng = np.random.default_rng(1)
    model.weights_ = rng.normal(scale=0.5, size=model.weights_.size)
    return model


def padded(sequences, n_steps=T, value=np.nan):
    """Give what a model of ragged lists takes."""
    X = np.full((len(sequences), n_steps, D), value, np.float32)
    for row, sequence in zip(X, sequences, strict=True):
        row[: len(sequence)] = sequence
    return {"X": X, "lengths": np.array([len(x) for x in sequences])}


def run(model, inputs):
    """Give the outputs of a model by name."""
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, inputs), strict=True))


def assert_equal_predictions(estimator, X, model=None):
    """Hold a model against its estimator, and its shapes against what it says."""
    model = model or export_onnx(estimator)
    onnx.checker.check_model(model, full_check=True)
    came = run(model, padded(X) if isinstance(X, list) else {"X": X})
    for output in model.graph.output:
        assert sizes_of(output) == ["n", *came[output.name].shape[1:]]
    if hasattr(estimator, "predict_proba"):
        proba = estimator.predict_proba(X)
        assert list(came) == ["label", "probabilities"]
        assert came["probabilities"].dtype == np.float32
        assert_allclose(came["probabilities"], proba, rtol=0, atol=1e-5)
        assert_array_equal(came["label"], estimator.predict(X))
    else:
        assert list(came) == ["variable"]
        assert came["variable"].dtype == np.float64
        predicted = estimator.predict(X).reshape(len(X), -1)
        found, expected = (
            (values - estimator.target_mean_) / estimator.target_scale_
            for values in (came["variable"], predicted)
        )
        assert_allclose(found, expected, rtol=1e-6, atol=1e-5)
    return came


def sizes_of(value):
    """Give the shape of an input or output, with names where it may vary."""
    axes = value.type.tensor_type.shape.dim
    return [axis.dim_value or axis.dim_param for axis in axes]


# The same predictions


@every_cell
@pytest.mark.parametrize("bidirectional", [False, True], ids=["there", "both ways"])
@pytest.mark.parametrize("pooling", ["last", "mean", "max", "concat"])
def test_every_network(cell, bidirectional, pooling):
    # Each two of cell, depth, directions and pooling meet.
    turn = list(CELL).index(cell) + ["last", "mean", "max", "concat"].index(pooling)
    hidden_size = [4, (3, 2)][(turn + bidirectional) % 2]
    patch_size = 1 if (pooling in ("last", "max")) == bidirectional else 4
    network = {"hidden_size": hidden_size, "bidirectional": bidirectional}
    network |= {"pooling": pooling, "patch_size": patch_size}
    for layout in ("ragged", "block"):
        X = LAYOUTS[layout]
        assert_equal_predictions(fitted(cell, X, TARGETS["multiclass"], **network), X)


@every_cell
@pytest.mark.parametrize("task", TARGETS)
def test_every_task(cell, task):
    # Each two of cell, task and layout meet.
    turn = list(CELL).index(cell) + list(TARGETS).index(task)
    layout = list(LAYOUTS)[turn % 3]
    standardize = (list(TARGETS).index(task) + list(LAYOUTS).index(layout)) % 2 == 0
    X, y = LAYOUTS[layout], TARGETS[task]
    width = {"features_per_step": D} if layout == "table" else {}
    model = fitted(cell, X, y, patch_size=2, standardize=standardize, **width)
    assert_equal_predictions(model, X)


#: What passes by the layers, or is put before them, in all combinations.
PARTS = [
    {"n_filters": n_filters, "own_scale": own_scale, "linear_steps": n_last}
    for n_filters, own_scale, n_last in product((0, 4), (False, True), (0, 3))
]


@pytest.mark.parametrize(
    "parameters",
    [
        {"loss": "absolute_error"},
        {"loss": "huber"},
        {"loss": "quantile", "quantile": 0.9},
        {"loss": "quantile", "quantile": [0.1]},
        {"loss": "quantile", "quantile": [0.1, 0.5, 0.9]},
        {"loss": "poisson"},
        {"loss": "gamma"},
    ],
    ids=lambda parameters: "-".join(map(str, parameters.values())),
)
def test_every_loss(parameters):
    for y in (np.exp(np.cos(COUNT)), np.exp(TARGETS["multi-target"] / 24)):
        for X in (BLOCK, RAGGED):
            model = fitted("gru", X, y, **parameters)
            expected = model.predict(X)
            exported = export_onnx(model)
            onnx.checker.check_model(exported, full_check=True)
            came = run(exported, padded(X) if isinstance(X, list) else {"X": X})
            found = came["variable"]
            sizes = ["n", *found.shape[1:]]
            assert [sizes_of(output) for output in exported.graph.output] == [sizes]
            # One target stands in a column, as for other losses.
            assert found.reshape(expected.shape).dtype == np.float64
            assert_allclose(found.reshape(expected.shape), expected, rtol=1e-4)


@pytest.mark.parametrize("parts", PARTS, ids=lambda parts: str([*parts.values()]))
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_part_of_a_network(layout, parts):
    # Cells, tasks, patches and scales take turns.
    turn = PARTS.index(parts) + 3 * list(LAYOUTS).index(layout)
    X, y = LAYOUTS[layout], list(TARGETS.values())[turn % 5]
    width = {"features_per_step": D} if layout == "table" else {}
    more = {"patch_size": 1 + turn % 3, "standardize": turn % 4 != 1, **width}
    model = fitted(list(CELL)[turn // 2 % 4], X, y, **parts, **more)
    exported = {k: export_onnx(model, opset=k) for k in (18, 21)}
    for each in exported.values():
        came = assert_equal_predictions(model, X, each)
    if layout == "ragged":
        # No number in the padding makes a difference.
        for value in (np.nan, np.inf, -1e30):
            others = run(exported[21], padded(X, T + 4, value))
            *_, (values, expected) = zip(others.values(), came.values(), strict=True)
            assert_allclose(values, expected, rtol=1e-6, atol=1e-6)
    newest = export_onnx(model, opset=onnx.defs.onnx_opset_version())
    onnx.checker.check_model(newest, full_check=True)


@pytest.mark.parametrize("parts", PARTS, ids=lambda parts: str([*parts.values()]))
def test_a_number_far_from_anything_seen(parts):
    # On the scale of the features it is beyond float32.
    X = [x / np.float32(1e4) for x in RAGGED]
    model = fitted("gru", X, TARGETS["multiclass"], patch_size=2, **parts)
    exported = export_onnx(model)
    for step in (0, -1):
        far = [x.copy() for x in X]
        for k, sequence in enumerate(far):
            sequence[step, k % D] = (-1) ** (k // 2) * np.float32(3e38)
        came = run(exported, padded(far))["probabilities"]
        assert_allclose(came, model.predict_proba(far), atol=1e-5)


@every_cell
def test_one_sequence_alone(cell):
    model = fitted(cell, RAGGED, TARGETS["binary"], bidirectional=True, patch_size=2)
    exported = export_onnx(model)
    for sequence in RAGGED[:T]:
        assert_equal_predictions(model, [sequence], exported)


@every_cell
@pytest.mark.parametrize(
    ("value", "patch_size"), [(np.nan, 1), (np.inf, 4), (-1e30, 1), (0.0, 4)]
)
def test_padding_changes_nothing(cell, patch_size, value):
    network = {"hidden_size": (3, 2), "bidirectional": True, "patch_size": patch_size}
    model = export_onnx(fitted(cell, RAGGED, TARGETS["multiclass"], **network))
    expected = run(model, padded(RAGGED))["probabilities"]
    for n_steps in (T, T + 1, 3 * T):
        came = run(model, padded(RAGGED, n_steps, value))["probabilities"]
        assert_allclose(came, expected, rtol=0, atol=1e-6)


@every_cell
@pytest.mark.parametrize("patch_size", [1, 4])
def test_other_numbers_of_steps_than_in_fit(cell, patch_size):
    model = fitted(cell, BLOCK, TARGETS["binary"], patch_size=patch_size)
    exported = export_onnx(model)
    for X in (BLOCK[:, :1], BLOCK[:5, :4], np.concatenate([BLOCK, BLOCK], axis=1)):
        assert_equal_predictions(model, X, exported)


@every_cell
def test_features_far_from_zero(cell):
    far = [1000 * x + np.float32(1e6) for x in RAGGED]
    assert_equal_predictions(fitted(cell, far, TARGETS["multiclass"]), far)


def test_a_constant_feature_of_float64_that_float32_cannot_divide_by():
    X = np.concatenate([BLOCK[:, :, :1], np.full((N, T, 1), 1e-300)], axis=2)
    X[0, 0, 1] = 2e-300
    model = fitted("gru", X, TARGETS["binary"])
    assert 0 < model.feature_scale_[1] < np.finfo(np.float32).tiny
    assert_equal_predictions(model, X.astype(np.float32))


@every_cell
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_after_training(cell, dtype):
    classifier, _, options = CELL[cell]
    X = [x.astype(dtype) for x in RAGGED]
    quick = {"n_layers": 2, "max_iter": 20, "random_state": 0, "dtype": dtype}
    model = classifier(4, **quick, **options)
    model.fit(X, [x[0, 0] > 5 for x in X])
    assert model.weights_.dtype == dtype
    assert_equal_predictions(model, RAGGED)


def test_targets_of_many_digits():
    y = 1e9 + np.cos(COUNT)
    model = fitted("lstm", BLOCK, y)
    came = assert_equal_predictions(model, BLOCK)["variable"]
    assert came.shape == (N, 1)
    assert np.ptp(came) > 0.1


@every_cell
@pytest.mark.parametrize(("opset", "format_version"), [(18, 8), (20, 9), (21, 10)])
def test_other_opsets(cell, opset, format_version):
    model = fitted(cell, RAGGED, TARGETS["binary"], patch_size=2, bidirectional=True)
    exported = export_onnx(model, opset=opset)
    assert [(o.domain, o.version) for o in exported.opset_import] == [("", opset)]
    # Runtimes refuse formats that are newer than they are.
    assert exported.ir_version == format_version
    assert_equal_predictions(model, RAGGED, exported)


def test_the_newest_opset_is_valid():
    newest = onnx.defs.onnx_opset_version()
    model = fitted("gru", RAGGED, TARGETS["single target"], patch_size=2)
    onnx.checker.check_model(export_onnx(model, opset=newest), full_check=True)


# What a model says of itself


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel", "multi-target"])
def test_shapes_follow_from_the_inputs(cell, layout, task):
    model = export_onnx(fitted(cell, LAYOUTS[layout], TARGETS[task], patch_size=2))
    n_columns = {"binary": 2, "multi-target": 2}.get(task, 3)
    expected = {"label": ["n", 3] if task == "multilabel" else ["n"]}
    expected |= {"probabilities": ["n", n_columns], "variable": ["n", n_columns]}
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True)
    for value in inferred.graph.output:
        assert sizes_of(value) == expected[value.name]


@pytest.mark.parametrize(
    ("labels", "dtype"),
    [
        (np.array([3, 7]), np.int64),
        (np.array([3, 7], np.int8), np.int64),
        (np.array([3, 7], np.uint64), np.int64),
        (np.array([False, True]), np.bool_),
        (np.array([-1.0, 2.0]), np.float64),
        (np.array([-1.0, 2.0], np.float32), np.float32),
        (np.array(["no", "yes, \u00e9"]), object),
        (np.array(["no", "yes"], dtype=object), object),
    ],
    ids=lambda value: getattr(value, "dtype", getattr(value, "__name__", None)),
)
def test_labels(labels, dtype):
    y = labels[COUNT % len(labels)]
    model = LSTMClassifier(2, max_iter=1, random_state=0).fit(BLOCK, y)
    came = assert_equal_predictions(model, BLOCK)["label"]
    assert came.dtype == dtype
    (told,) = [p for p in export_onnx(model).metadata_props if p.key == "classes"]
    assert json.loads(told.value) == labels.tolist()


@pytest.mark.parametrize("layout", [*LAYOUTS, "frame"])
def test_inputs_and_metadata(any_small, layouts, codes, layout):
    model = any_small(patch_size=3).fit(layouts[layout], codes)
    exported = export_onnx(model)
    inputs = {
        value.name: (value.type.tensor_type.elem_type, sizes_of(value))
        for value in exported.graph.input
    }
    expected = {
        "block": {"X": (onnx.TensorProto.FLOAT, ["n", "n_steps", 2])},
        "table": {"X": (onnx.TensorProto.FLOAT, ["n", 8])},
    }
    expected["ragged"] = {
        **expected["block"],
        "lengths": (onnx.TensorProto.INT64, ["n"]),
    }
    expected["frame"] = expected["table"]
    assert inputs == expected[layout]
    metadata = {prop.key: prop.value for prop in exported.metadata_props}
    assert metadata.pop("classes", "[0, 1]") == "[0, 1]"
    assert metadata.pop("feature_names", None) == (
        json.dumps(list("abcdefgh")) if layout == "frame" else None
    )
    assert metadata == {
        "estimator": type(model).__name__,
        "skrnn_version": skrnn.__version__,
        "input_layout": model.input_layout_,
    }
    producer = exported.producer_name, exported.producer_version
    assert producer == ("skrnn", skrnn.__version__)


def test_to_a_file(tmp_path):
    model = fitted("lstm", RAGGED, TARGETS["binary"])
    for path in (tmp_path / "model.onnx", str(tmp_path / "text.onnx")):
        exported = export_onnx(model, path)
        assert onnx.load(path) == exported == export_onnx(model)


@every_cell
def test_the_estimator_stays_as_it_was(cell):
    model = fitted(cell, RAGGED, TARGETS["multiclass"], bidirectional=True)
    before = joblib.hash(vars(model))
    export_onnx(model)
    assert joblib.hash(vars(model)) == before


def test_a_frozen_estimator():
    model = fitted("gru", RAGGED, TARGETS["binary"])
    assert_equal_predictions(model, RAGGED, export_onnx(FrozenEstimator(model)))


# What cannot be exported


def refusal(error, *args, **options):
    with pytest.raises(error) as caught:
        export_onnx(*args, **options)
    return str(caught.value)


def test_other_estimators():
    model = LSTMClassifier(2, max_iter=1)
    y, expected = (
        TARGETS["binary"],
        ("export_onnx expected a fitted classifier or regressor of skrnn, got "),
    )
    pipeline = make_pipeline(FunctionTransformer(), model).fit(BLOCK, y)
    search = GridSearchCV(model, {"hidden_size": [2]}, cv=2).fit(BLOCK, y)
    features = RecurrentFeatures(model).fit(BLOCK, y)
    for other, text in [
        (
            pipeline,
            "Pipeline: pass its last step, pipeline[-1], and do before it what the "
            "others do.",
        ),
        (search, "GridSearchCV: pass its best_estimator_."),
        (features, "RecurrentFeatures."),
        (LogisticRegression(), "LogisticRegression."),
    ]:
        assert refusal(TypeError, other) == expected + text


def test_an_estimator_that_is_not_fitted(any_small):
    with pytest.raises(NotFittedError, match="is not fitted yet"):
        export_onnx(any_small())


@pytest.mark.parametrize("opset", [17, 10_000, True, 18.0, "18"])
def test_an_opset_that_is_none(opset):
    model = fitted("lstm", BLOCK, TARGETS["binary"])
    newest = onnx.defs.onnx_opset_version()
    assert refusal(ValueError, model, opset=opset) == (
        f"opset must be an int from 18 to {newest}, the newest that the installed onnx "
        f"knows; got {opset!r}."
    )


@pytest.mark.parametrize(
    "labels",
    [np.array([0, 1], np.float16), np.array([1, 2**64 - 1], np.uint64)],
    ids=lambda labels: labels.dtype,
)
def test_labels_that_onnx_has_not(labels):
    model = LSTMClassifier(2, max_iter=1, random_state=0).fit(BLOCK, labels[COUNT % 2])
    assert refusal(ValueError, model) == (
        "export_onnx takes labels that are strings, bools, integers that fit int64, "
        "float32 or float64, but those of this LSTMClassifier have dtype "
        f"{labels.dtype}. Fit it to labels of one of these types."
    )


def test_a_cell_that_onnx_has_not(monkeypatch):
    class OwnCell(RNNCell):
        pass

    model = fitted("rnn-tanh", BLOCK, TARGETS["binary"])
    monkeypatch.setitem(CELLS, "rnn", OwnCell)
    assert refusal(ValueError, model) == (
        "ONNX has no operator for OwnCell, only for RNNCell, LSTMCell, GRUCell."
    )


def test_onnx_is_not_there(monkeypatch):
    model = fitted("lstm", BLOCK, TARGETS["binary"])
    monkeypatch.setitem(sys.modules, "onnx", None)
    assert refusal(ImportError, model) == (
        "export_onnx needs onnx: pip install 'skrnn[onnx]'."
    )
