"""Parameters: what each may be, what is said if it is not, and which go together.

The texts speak of LSTMClassifier; all estimators are held to them.
"""

from numbers import Integral

import numpy as np
import pytest
from sklearn.base import is_classifier

from skrnn import (
    LSTMClassifier,
    LSTMRegressor,
    RNNClassifier,
)
from skrnn.parameters.constraints import Interval, Options
from skrnn.parameters.lists import Sizes

X = np.random.default_rng(0).normal(size=(8, 3, 2))
Y = np.arange(8) % 2

#: The others have the same constraints: see tests/estimators/test_kinds.py.
KINDS = [RNNClassifier, LSTMRegressor]
WAYS = ["fit", "partial_fit"]


def message(estimator, way="fit"):
    """Give what is said of the parameters, in terms of LSTMClassifier."""
    first = way == "partial_fit" and is_classifier(estimator)
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        getattr(estimator, way)(X, Y, **({"classes": [0, 1]} if first else {}))
    assert type(caught.value) is ValueError
    assert not [name for name in vars(estimator) if name.endswith("_")]
    return str(caught.value).replace(type(estimator).__name__, "LSTMClassifier")


# parameter, what it must be, {what was given: the likely spelling}
BAD_PARAMETERS = [
    (
        "hidden_size",
        "an int in the range [1, inf) or a tuple of such ints, one for each layer",
        {0: "", 2.5: "", "8": "", True: "", None: "", (): "", (4, 0): "", (4, 2.0): ""},
    ),
    ("n_layers", "an int in the range [1, inf)", {0: "", 2.0: "", True: "", None: ""}),
    ("bidirectional", "True or False", {1: "", "yes": "", None: ""}),
    (
        "pooling",
        "one of 'last', 'mean', 'max', 'concat'",
        {"lst": "last", "men": "mean", "first": "", None: ""},
    ),
    (
        "n_filters",
        "'auto' or an int in the range [0, inf)",
        {-1: "", 8.0: "", True: "", None: "", "auo": "auto"},
    ),
    (
        "linear_steps",
        "'auto' or an int in the range [0, inf)",
        {-1: "", 2.5: "", False: "", None: "", "Auto": "auto"},
    ),
    (
        "dropout",
        "'auto' or a float in the range [0, 1)",
        {-0.1: "", "0.5": "", True: "", "autoo": "auto"},
    ),
    (
        "recurrent_dropout",
        "'auto' or a float in the range [0, 1)",
        {-1: "", 1.0: "", np.nan: "", None: "", "aut": "auto"},
    ),
    (
        "augmentation",
        "'auto' or a float in the range [0, 0.5)",
        {-0.1: "", 0.5: "", np.nan: "", True: "", None: "", "aut": "auto"},
    ),
    ("activation", "one of 'tanh', 'relu'", {"tan": "tanh", "sigmoid": "", None: ""}),
    (
        "solver",
        "one of 'adam', 'sgd', 'lbfgs'",
        {"Adam": "adam", "bfgs": "lbfgs", "newton": "", None: ""},
    ),
    ("alpha", "a float in the range [0, inf)", {-1: "", "auto": "", np.inf: ""}),
    (
        "batch_size",
        "'auto' or an int in the range [1, inf)",
        {"aut": "auto", 0: "", 2.5: ""},
    ),
    (
        "learning_rate",
        "one of 'constant', 'invscaling', 'adaptive', 'cosine'",
        {"cosin": "cosine", 0.1: "", None: ""},
    ),
    (
        "learning_rate_init",
        "'auto' or a float in the range (0, inf)",
        {0: "", "a": "", np.nan: "", "aut": "auto"},
    ),
    ("momentum", "a float in the range [0, 1)", {-0.1: "", 1.0: "", None: ""}),
    ("max_grad_norm", "a float in the range (0, inf) or None", {0: "", "none": ""}),
    (
        "max_iter",
        "'auto' or an int in the range [1, inf)",
        {0: "", 10.0: "", np.inf: "", "Auto": "auto"},
    ),
    ("tol", "a float in the range [0, inf)", {-1e-3: "", None: ""}),
    (
        "n_iter_no_change",
        "one of 'auto', inf or an int in the range [1, inf)",
        {0: "", 2.5: "", "inf": "", "atuo": "auto", None: ""},
    ),
    ("early_stopping", "True or False", {"yes": "", 1: ""}),
    (
        "n_jobs",
        "an int in the range [1, inf) or an int in the range (-inf, -1] or None",
        {0: "", 2.0: "", True: "", "all": ""},
    ),
    ("validation_fraction", "a float in the range (0, 1)", {0.0: "", 1: "", "0.1": ""}),
    (
        "class_weight",
        "one of 'balanced', None or a dict from class labels to weights",
        {"balance": "balanced", 3: ""},
    ),
    ("features_per_step", "an int in the range [1, inf)", {0: "", "auto": ""}),
    (
        "patch_size",
        "'auto' or an int in the range [1, inf)",
        {0: "", 2.0: "", True: "", "au": "auto", None: ""},
    ),
    ("standardize", "True or False", {1: "", "auto": "", None: ""}),
    (
        "own_scale",
        "'auto' or True or False",
        {1: "", 0: "", "yes": "", None: "", "atuo": "auto"},
    ),
    (
        "categorical_features",
        "one of 'from_dtype', None or a list of indices, names or bools, or a slice",
        {
            "from_dtypes": "from_dtype",
            0: "",
            (0, "a"): "",
            (0.5,): "",
            (True, 1): "",
            ((0,),): "",
        },
    ),
    (
        "embedding_size",
        "'auto' or an int in the range [1, inf)",
        {0: "", 2.5: "", None: "", "atuo": "auto"},
    ),
    (
        "static_features",
        "a list of indices, names or bools, or a slice or None",
        {1: "", "age": "", (0.5,): "", (1, "age"): "", ((0, 1),): "", (0, True): ""},
    ),
    (
        "missing_values",
        "one of 'error', 'forward_fill'",
        {1: "", None: "", np.nan: "", "forward": "forward_fill"},
    ),
    (
        "padding",
        "one of None, 'nan'",
        {0: "", True: "", np.nan: "", "NaN": "", "nans": "nan"},
    ),
    (
        "loss",
        "one of 'squared_error', 'absolute_error', 'huber', 'quantile', 'poisson', "
        "'gamma'",
        {"squared": "squared_error", "poison": "poisson", "mse": "", None: "", 1: ""},
    ),
    (
        "quantile",
        "a float in the range (0, 1) or a list of such floats in ascending order or "
        "None",
        {0: "", 1.0: "", "0.5": "", (): "", (0.5, 0.5): "", (0.9, 0.1): ""},
    ),
    (
        "label_smoothing",
        "'auto' or a float in the range [0, 1)",
        {-0.1: "", 1: "", None: "", "autoo": "auto"},
    ),
    (
        "dtype",
        "one of 'auto', 'float32', 'float64' or np.float32 or np.float64",
        {
            "float3": "float32",
            "flaot64": "float64",
            "Auto": "auto",
            "int": "",
            np.float16: "",
            np.dtype(">f4"): "",
            int: "",
            32: "",
            None: "",
        },
    ),
    ("warm_start", "True or False", {1: "", "True": ""}),
    ("verbose", "True or False or an int in the range [0, inf)", {-1: "", "on": ""}),
    (
        "random_state",
        "an int in the range [0, 4294967295], a numpy.random.RandomState or None",
        {"seed": "", -1: "", 1.5: ""},
    ),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("kind", "parameter", "allowed", "values"),
    [
        pytest.param(kind, *case, id=f"{kind.__name__}-{case[0]}")
        for kind in KINDS
        for case in BAD_PARAMETERS
        if case[0] in kind().get_params()
    ],
)
def test_parameters(kind, parameter, allowed, values, way):
    for value, likely in values.items():
        text = f"The {parameter!r} parameter of LSTMClassifier must be {allowed}. Got "
        text += f"{value!r}. Did you mean {likely!r}?" if likely else f"{value!r}."
        assert message(kind(**{parameter: value}), way) == text


def test_every_parameter_has_a_bad_case():
    names = {name for kind in KINDS for name in kind().get_params()}
    assert {case[0] for case in BAD_PARAMETERS} == names


@pytest.mark.parametrize("kind", KINDS)
def test_all_parameters_are_reported_at_once(kind):
    assert message(kind(hidden_size=0, solver="sdg", dropout=1)) == (
        "The 'dropout' parameter of LSTMClassifier must be 'auto' or a float in the "
        "range [0, 1). Got 1.\n"
        "The 'hidden_size' parameter of LSTMClassifier must be an int in the range "
        "[1, inf) or a tuple of such ints, one for each layer. Got 0.\n"
        "The 'solver' parameter of LSTMClassifier must be one of 'adam', 'sgd', "
        "'lbfgs'. Got 'sdg'. Did you mean 'sgd'?"
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "good",
    [
        {"hidden_size": np.int64(3), "max_iter": np.int32(2)},
        {"hidden_size": (np.int64(3), 2), "n_layers": np.int64(2)},
        {"hidden_size": [3, 2], "bidirectional": np.True_},
        {"dropout": 0, "recurrent_dropout": np.float32(0.999)},
        {"alpha": np.float32(0.1), "tol": 0, "momentum": 0},
        {"n_iter_no_change": np.inf, "max_grad_norm": None, "verbose": np.False_},
        {"random_state": np.random.RandomState(0)},
        {"patch_size": np.int64(5), "standardize": np.False_},
        {"patch_size": "auto", "max_iter": "auto", "n_iter_no_change": "auto"},
        {"n_filters": np.int8(2), "linear_steps": np.int64(2), "own_scale": np.True_},
        {"n_filters": 0, "linear_steps": 0, "own_scale": np.False_},
        {"dropout": "auto", "recurrent_dropout": "auto", "early_stopping": np.False_},
    ],
    ids=lambda good: ", ".join(good),
)
def test_numbers_of_numpy_and_ends_of_ranges_are_taken(kind, good):
    kind(**{"hidden_size": 2, "max_iter": 2, "random_state": 0, **good}).fit(X, Y)


# Which go together


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("hidden_size", "n_layers", "how_many"),
    [((4, 3), 3, 2), ([4, 3, 2], 2, 3), ((4,), 2, 1)],
)
def test_a_size_for_each_layer(kind, hidden_size, n_layers, how_many, way):
    assert message(kind(hidden_size, n_layers=n_layers), way) == (
        f"hidden_size={hidden_size} has {how_many} size(s), but n_layers={n_layers}. "
        "Give one size for each layer, or leave n_layers at 1: the sizes say how many "
        "there are."
    )


@pytest.mark.parametrize(
    ("hidden_size", "n_layers", "expected"),
    [
        (3, 1, (3,)),
        (3, 2, (3, 3)),
        ((3,), 1, (3,)),
        ((3, 2), 1, (3, 2)),
        ([3, 2], 2, (3, 2)),
        (np.int64(3), np.int64(2), (3, 3)),
    ],
)
def test_sizes_of_the_layers(hidden_size, n_layers, expected):
    sizes = {"hidden_size": hidden_size, "n_layers": n_layers}
    clf = LSTMClassifier(**sizes, max_iter=1, random_state=0).fit(X, Y)
    sizes = clf.architecture_["hidden_sizes"]
    assert sizes == expected
    assert {type(size) for size in sizes} == {int}
    layers = range(len(expected))
    assert tuple(clf.hidden_states(X, k).shape[2] for k in layers) == expected


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "noise",
    [
        {"dropout": 0.1},
        {"recurrent_dropout": 0.2},
        {"dropout": 0.1, "recurrent_dropout": 0.2},
    ],
    ids=["dropout", "recurrent", "both"],
)
def test_lbfgs_allows_no_noise(kind, noise):
    assert message(kind(solver="lbfgs", **noise)) == (
        "solver='lbfgs' does not support "
        + " and ".join(f"{name}={rate}" for name, rate in noise.items())
        + ": the loss must be the same each time that it is computed. Use "
        "solver='adam' or 'sgd', or set all of these to 0 and raise alpha."
    )


@pytest.mark.parametrize("kind", KINDS)
def test_lbfgs_ignores_what_it_has_no_use_for(kind):
    few = {"hidden_size": 2, "solver": "lbfgs", "tol": 0.05, "random_state": 0}
    unused = {
        "batch_size": 3,
        "momentum": 0.1,
        "learning_rate": "constant",
        "learning_rate_init": 1e9,
        "max_grad_norm": 1e-9,
    }
    expected = kind(**few).fit(X, Y)
    assert np.array_equal(kind(**few, **unused).fit(X, Y).weights_, expected.weights_)


# The constraints themselves


@pytest.mark.parametrize(
    ("closed", "text", "inside"),
    [
        ("left", "[0, 2)", [0, 1]),
        ("right", "(0, 2]", [1, 2]),
        ("both", "[0, 2]", [0, 1, 2]),
        ("neither", "(0, 2)", [1]),
    ],
)
def test_ends_of_ranges(closed, text, inside):
    number = Interval(Integral, 0, 2, closed=closed)
    assert [value for value in range(-1, 4) if number.is_satisfied_by(value)] == inside
    assert str(number) == f"an int in the range {text}"


def test_arrays_are_neither_numbers_nor_sizes_nor_one_of_some():
    several = np.array([4, 3])
    for constraint in (Interval(Integral, 1), Sizes(), Options(("last", None))):
        assert not constraint.is_satisfied_by(several)
