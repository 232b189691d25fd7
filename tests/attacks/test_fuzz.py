"""Anything at all as an argument: it works, or we say in a sentence why it cannot.

What is tried is drawn by hypothesis, always the same, from values of every kind in
`tests.attacks.junk`; what may come of it stands in `tests.attacks.judge`.
"""

import inspect
from numbers import Integral

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sklearn.base import is_classifier
from sklearn.preprocessing import StandardScaler

import skrnn
from skrnn import RecurrentFeatures, RNNClassifier, RNNRegressor
from skrnn.ensemble import SequenceBaggingClassifier, SequenceBaggingRegressor
from skrnn.preprocessing import (
    PerStepTransformer,
)
from skrnn.streaming import (
    EarlyClassifier,
)
from tests.attacks.configurations import CLASSIFIERS, REGRESSORS
from tests.attacks.functions import FUNCTIONS, QUICK, X, Y
from tests.attacks.judge import attempt
from tests.attacks.junk import COLUMNS, SEQUENCES, VALUES, N

#: What costs memory or time as it says: no large number is tried.
COSTLY = (
    *("hidden_size", "n_layers", "max_iter", "n_repeats", "n_steps", "n_streams"),
    *("n_samples", "n_features", "n_symbols", "n_prefixes", "n_sequences", "n_jobs"),
    *("n_estimators", "max_samples", "n_filters"),
)


def fuzz(n, **strategies):
    """Run a test with n examples, always the same.

    They are small as they are: to look for smaller ones would take minutes.
    """
    quick = settings(
        max_examples=n,
        derandomize=True,
        deadline=None,
        database=None,
        print_blob=True,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    return lambda test: quick(given(**strategies)(test))


def of(table):
    """Draw the name of a value."""
    return st.sampled_from(sorted(table))


def is_too_large(parameter, value):
    """Whether a value asks for more memory or time than a test has."""
    if isinstance(value, tuple | list):
        return any(is_too_large(parameter, item) for item in value)
    large = isinstance(value, Integral) and not -3 <= value <= 50
    return parameter in COSTLY and large


def check_model(model, data=X):
    """See that a fitted model says something of sequences."""
    if is_classifier(model):
        proba = model.predict_proba(data)
        assert np.isfinite(proba).all(), "probabilities that are not finite"
        assert ((proba >= 0) & (proba <= 1)).all()
        if not model.multilabel_:
            np.testing.assert_allclose(proba.sum(axis=1), 1, atol=1e-5)
    predicted = model.predict(data)
    assert len(predicted) == len(proba if is_classifier(model) else predicted)
    if predicted.dtype.kind == "f":
        # Next to the largest target, an infinite prediction is what rounding gives.
        assert not np.isnan(predicted).any(), "predictions that are NaN"
    assert np.isfinite(model.weights_).all(), "weights that are not finite"


def fit_and_check(model, data, *given, about, **more):
    """Fit, and where that works, predict."""
    fitted = attempt(lambda: model.fit(data(), *given, **more), about=about)
    if fitted is not None:
        attempt(lambda: check_model(model, data()), about=f"{about}, fitted,")


# Parameters

PARAMETERS = {
    kind.__name__: sorted(kind().get_params()) for kind in [*CLASSIFIERS, *REGRESSORS]
}


def try_parameter(kind, parameter, value):
    """Fit with one parameter of any value."""
    value, about = VALUES[value](), f"{kind}({parameter}={value})"
    if is_too_large(parameter, value):
        return
    model = getattr(skrnn, kind)(**{**QUICK, parameter: value})
    if parameter == "features_per_step":
        table = X.reshape(N, -1)
        fit_and_check(model, lambda: table, Y, about=about)
        return
    if parameter == "validation_fraction":
        model.set_params(early_stopping=True)
    if parameter == "momentum":
        model.set_params(solver="sgd")
    if parameter == "class_weight":
        fit_and_check(model, lambda: X, Y, about=about)
        return
    fit_and_check(model, lambda: X, Y, about=about)


@fuzz(
    300,
    kind_and_parameter=st.sampled_from(sorted(PARAMETERS)).flatmap(
        lambda kind: st.tuples(st.just(kind), st.sampled_from(PARAMETERS[kind]))
    ),
    value=of(VALUES),
)
def test_parameters(kind_and_parameter, value):
    try_parameter(*kind_and_parameter, value)


@fuzz(
    100,
    solver=st.sampled_from(["adam", "sgd", "lbfgs"]),
    values=st.dictionaries(
        st.sampled_from(["alpha", "tol", "learning_rate_init", "max_grad_norm"]),
        st.one_of(
            st.floats(),
            st.floats(width=32).map(np.float32),
            st.floats(width=16).map(np.float16),
            st.integers(),
            st.integers(0, 2**2000),
            st.fractions(),
            st.integers(-128, 127).map(np.int8),
        ),
        min_size=1,
    ),
)
def test_numbers_as_parameters(solver, values):
    model = RNNClassifier(**QUICK, solver=solver).set_params(**values)
    fit_and_check(model, lambda: X, Y, about=str(model))


META = {
    "early": (lambda: EarlyClassifier(RNNClassifier(**QUICK)), EarlyClassifier),
    "features": (lambda: RecurrentFeatures(RNNClassifier(**QUICK)), RecurrentFeatures),
    "bagged": (
        lambda: SequenceBaggingClassifier(RNNClassifier(**QUICK), 2),
        SequenceBaggingClassifier,
    ),
    "bagged numbers": (
        lambda: SequenceBaggingRegressor(RNNRegressor(**QUICK), 2),
        SequenceBaggingRegressor,
    ),
    "per step": (lambda: PerStepTransformer(StandardScaler()), PerStepTransformer),
}


def try_meta_parameter(name, parameter, value):
    """Fit a meta-estimator with a parameter of any value."""
    value, about = VALUES[value](), f"{name}({parameter}={value})"
    if is_too_large(parameter, value):
        return
    model = META[name][0]()
    data = X.reshape(N, -1) if parameter == "features_per_step" else X
    setattr(model, parameter, value)
    fitted = attempt(lambda: model.fit(data, Y), about=about)
    if fitted is None:
        return
    say = next(
        getattr(model, method)
        for method in ("predict_proba", "predict", "transform")
        if hasattr(model, method)
    )
    found = attempt(lambda: np.asarray(say(data)), about=f"{about}, fitted,")
    assert np.isfinite(found).all()


META_PARAMETERS = [
    (name, parameter)
    for name, (_, kind) in META.items()
    for parameter in inspect.signature(kind).parameters
]


@fuzz(150, which=st.sampled_from(META_PARAMETERS), value=of(VALUES))
def test_parameters_of_meta_estimators(which, value):
    try_meta_parameter(*which, value)


# What is learnt from


@fuzz(
    160,
    kind=st.sampled_from([RNNClassifier, RNNRegressor]),
    name=of(SEQUENCES),
    solver=st.sampled_from(["adam", "lbfgs"]),
)
def test_sequences_in_fit(kind, name, solver):
    try_sequences(kind, name, solver)


def try_sequences(kind, name, solver="adam"):
    """Fit on anything as X."""
    model = kind(**QUICK, solver=solver)
    fit_and_check(model, SEQUENCES[name], Y, about=f"{model}.fit(X={name})")


@fuzz(
    160,
    kind=st.sampled_from([RNNClassifier, RNNRegressor]),
    name=of(COLUMNS),
    method=st.sampled_from(["fit", "partial_fit"]),
)
def test_labels_and_targets(kind, name, method):
    try_labels(kind, name, method)


def try_labels(kind, name, method="fit"):
    """Fit on anything as y."""
    model, more = kind(**QUICK), {}
    if method == "partial_fit" and kind is RNNClassifier:
        more["classes"] = [0, 1]
    about = f"{kind.__name__}.{method}(y={name})"
    fit = getattr(model, method)
    fitted = attempt(lambda: fit(X, COLUMNS[name](), **more), about=about)
    if fitted is not None:
        attempt(lambda: check_model(model), about=f"{about}, fitted,")


OTHERS = ("sample_weight", "groups", "y_val", "sample_weight_val", "classes")


def try_other(kind, argument, name):
    """Fit with anything as a further argument."""
    model, about = kind(**QUICK), f"{kind.__name__}.fit({argument}={name})"
    more = {argument: COLUMNS[name]}
    method = model.fit
    if argument == "classes":
        if kind is RNNRegressor:
            return
        method = model.partial_fit
    elif argument != "sample_weight":
        model.set_params(early_stopping=True, validation_fraction=0.5)
        if argument.endswith("val"):
            more = {"X_val": lambda: X, "y_val": lambda: Y, **more}
    fitted = attempt(
        lambda: method(X, Y, **{key: make() for key, make in more.items()}), about=about
    )
    if fitted is not None:
        attempt(lambda: check_model(model), about=f"{about}, fitted,")


@fuzz(
    200,
    kind=st.sampled_from([RNNClassifier, RNNRegressor]),
    argument=st.sampled_from(OTHERS),
    name=of(COLUMNS),
)
def test_what_else_fit_takes(kind, argument, name):
    try_other(kind, argument, name)


@fuzz(60, name=of(SEQUENCES), layout=st.sampled_from(["block", "list"]))
def test_sequences_that_are_held_out(name, layout):
    try_held_out(name, layout)


def try_held_out(name, layout):
    """Fit with anything as X_val."""
    model = RNNRegressor(**QUICK, early_stopping=True)
    data = X if layout == "block" else list(X)
    attempt(
        lambda: model.fit(data, Y, X_val=SEQUENCES[name](), y_val=Y),
        about=f"fit(X_val={name})",
    )


@fuzz(
    100,
    values=st.lists(
        st.floats(allow_nan=True, width=64), min_size=2 * N, max_size=2 * N
    ),
    dtype=st.sampled_from([np.float64, np.float32, np.longdouble, object, np.float16]),
    kind=st.sampled_from([RNNClassifier, RNNRegressor]),
    standardize=st.booleans(),
    solver=st.sampled_from(["sgd", "lbfgs"]),
)
def test_numbers_of_every_size_in_sequences(values, dtype, kind, standardize, solver):
    with np.errstate(all="ignore"):
        data = np.array(values).reshape(N, 2, 1).astype(dtype)
    model = kind(**QUICK, standardize=standardize, solver=solver)
    about = f"{model} on {values} as {np.dtype(dtype)}"
    fit_and_check(model, lambda: data, Y, about=about)


@fuzz(
    80,
    values=st.lists(
        st.floats(0, allow_nan=False, allow_infinity=False), min_size=N, max_size=N
    ),
    kind=st.sampled_from([RNNClassifier, RNNRegressor]),
    balanced=st.booleans(),
)
def test_weights_of_every_size(values, kind, balanced):
    model = kind(**QUICK)
    if balanced and kind is RNNClassifier:
        model.set_params(class_weight="balanced")
    about = f"{model} with weights {values}"
    fit_and_check(model, lambda: X, Y, about=about, sample_weight=values)
    if hasattr(model, "loss_curve_"):
        assert np.isfinite(model.loss_curve_).all(), about


@fuzz(60, values=st.lists(st.floats(), min_size=N, max_size=N))
def test_targets_of_every_size(values):
    model = RNNRegressor(**QUICK)
    about = f"{model} with targets {values}"
    fit_and_check(model, lambda: X, np.array(values), about=about)


# What is asked of a model

LAYOUTS = {"block": X, "list": list(X), "table": X.reshape(N, -1)}
MODELS = {
    (kind.__name__, layout): kind(
        **QUICK, features_per_step=2 if layout == "table" else 1
    )
    for kind in (RNNClassifier, RNNRegressor)
    for layout in LAYOUTS
}
METHODS = (
    *("predict", "predict_proba", "predict_log_proba", "decision_function"),
    *("hidden_states", "pooled_states", "staged_predict", "staged_predict_proba"),
)


def fitted(kind, layout):
    """Give a fitted model."""
    model = MODELS[kind, layout]
    if not hasattr(model, "weights_"):
        attempt(lambda: model.fit(LAYOUTS[layout], Y))
    return model


def try_method(kind, layout, method, name):
    """Ask a fitted model for anything."""
    model, about = fitted(kind, layout), f"{kind} of a {layout}.{method}(X={name})"
    if not hasattr(model, method):
        return
    found = attempt(lambda: getattr(model, method)(SEQUENCES[name]()), about=about)
    if found is not None and not method.startswith("staged"):
        for part in found if isinstance(found, list) else [found]:
            sound = (
                np.isfinite(part).all() or "log" in method or part.dtype.kind in "SUO"
            )
            assert sound, f"{about} gives values that are not finite"


@fuzz(
    200,
    which=st.sampled_from(sorted(MODELS)),
    method=st.sampled_from(METHODS),
    name=of(SEQUENCES),
)
def test_sequences_in_prediction(which, method, name):
    try_method(*which, method, name)


def try_layer(value):
    """Ask for the states of any layer."""
    layer = VALUES[value]()
    model = fitted("RNNClassifier", "block")
    attempt(lambda: model.hidden_states(X, layer=layer), about=f"layer={value}")


@fuzz(60, value=of(VALUES))
def test_layers(value):
    try_layer(value)


# Functions


def try_function(name, argument, value):
    """Call a function with any value in the place of one of its arguments."""
    call, arguments = FUNCTIONS[name]
    junk = arguments[argument][1][value]()
    about = f"{name}({argument}={value})"
    if is_too_large(argument, junk) and name != "padded_from_ragged":
        return
    if name == "padded_from_ragged" and is_too_large("n_steps", junk):
        return
    given = {key: make() for key, (make, _) in arguments.items()}
    attempt(lambda: call(**{**given, argument: junk}), about=about)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name):
    arguments = FUNCTIONS[name][1]
    which = st.sampled_from(sorted(arguments)).flatmap(
        lambda argument: st.tuples(st.just(argument), of(arguments[argument][1]))
    )

    @fuzz(40, which=which)
    def run(which):
        try_function(name, *which)

    run()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_right_arguments_are_right(name):
    """Or else the test above would see nothing but refusals."""
    call, arguments = FUNCTIONS[name]
    call(**{key: make() for key, (make, _) in arguments.items()})


def test_patches_longer_than_every_sequence_cost_no_memory():
    for size in (10**3, 10**5, 2**62, 10**400, np.int64(2**62)):
        model = RNNClassifier(**QUICK, patch_size=size)
        fit_and_check(model, lambda: X, Y, about=f"patch_size={size}")
        if hasattr(model, "weights_"):
            assert model.weights_.size < 1000
