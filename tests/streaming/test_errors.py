"""What users of streams are told, word for word, and that a failure changes nothing."""

from functools import partial

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skrnn import GRUClassifier, LSTMClassifier, LSTMRegressor
from skrnn.streaming import (
    EarlyClassifier,
    EarlyStream,
    Stream,
    accuracy_against_earliness,
)
from skrnn.validation.advice import TEXT
from tests.streaming.problems import D, N, T, block, fitted, targets_of

LABELS = targets_of("classes")
CLASSIFIER = LSTMClassifier, "classes"


def failure(error, call, *args, **kwargs):
    """Give the message of the failure of a call, of exactly this type of error."""
    with pytest.raises(error) as caught:
        call(*args, **kwargs)
    assert type(caught.value) is error
    return str(caught.value)


@pytest.fixture(scope="module")
def network():
    return fitted(CLASSIFIER)


@pytest.fixture(scope="module")
def both_ways():
    return fitted(CLASSIFIER, bidirectional=True)


@pytest.fixture(scope="module")
def early(network):
    return EarlyClassifier(FrozenEstimator(network)).fit(block())


NOT_A_NETWORK = (
    "{} expected a fitted classifier or regressor of skrnn, got {}. Of a pipeline, "
    "pass the last step, and transform what comes in as its other steps do; of a "
    "search, pass best_estimator_."
)
OTHERS = {
    "Pipeline": lambda: make_pipeline(FunctionTransformer(), GRUClassifier()),
    "GridSearchCV": lambda: GridSearchCV(GRUClassifier(), {}),
    "GradientBoostingClassifier": GradientBoostingClassifier,
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_estimators(name):
    for call in (Stream, partial(accuracy_against_earliness, X=block(), y=LABELS)):
        who = "Stream" if call is Stream else "accuracy_against_earliness"
        message = failure(TypeError, call, OTHERS[name]())
        assert message == NOT_A_NETWORK.format(who, name)


def test_not_fitted():
    for call in (
        partial(Stream, GRUClassifier()),
        partial(GRUClassifier().staged_predict, block()),
        partial(EarlyStream, EarlyClassifier(GRUClassifier())),
        partial(EarlyClassifier(GRUClassifier()).earliness, block()),
        partial(accuracy_against_earliness, GRUClassifier(), block(), LABELS),
        partial(
            accuracy_against_earliness,
            EarlyClassifier(GRUClassifier()),
            block(),
            LABELS,
        ),
    ):
        failure(NotFittedError, call)


def test_both_ways(both_ways):
    regressor = fitted((LSTMRegressor, "number"), bidirectional=True)
    early = EarlyClassifier(LSTMClassifier(bidirectional=True))
    calls = {
        ("Stream", "Classifier"): partial(Stream, both_ways),
        ("Stream", "Regressor"): partial(Stream, regressor),
        ("staged_predict", "Classifier"): partial(both_ways.staged_predict, block()),
        ("staged_predict", "Regressor"): partial(regressor.staged_predict, block()),
        ("staged_predict_proba", "Classifier"): partial(
            both_ways.staged_predict_proba, block()
        ),
        ("EarlyClassifier", "Classifier"): partial(early.fit, block(), LABELS),
        ("accuracy_against_earliness", "Classifier"): partial(
            accuracy_against_earliness, both_ways, block(), LABELS
        ),
    }
    for (who, kind), call in calls.items():
        assert failure(ValueError, call) == (
            f"{who} needs a network that reads forward only, but this LSTM{kind} has "
            "bidirectional=True: its reverse direction begins with the last step of a "
            "sequence, which has not come yet. Fit one with bidirectional=False, or "
            "predict what has come so far as a sequence of its own."
        )


def test_own_scale(network):
    classifier = fitted(CLASSIFIER, own_scale=True)
    regressor = fitted((LSTMRegressor, "number"), own_scale=True)
    early = EarlyClassifier(LSTMClassifier(own_scale=True))
    early_np = EarlyClassifier(LSTMClassifier(own_scale=np.True_))
    frozen = EarlyClassifier(FrozenEstimator(classifier))
    calls = [
        ("Stream", "Classifier", partial(Stream, classifier)),
        ("Stream", "Regressor", partial(Stream, regressor)),
        ("staged_predict", "Classifier", partial(classifier.staged_predict, block())),
        ("staged_predict", "Regressor", partial(regressor.staged_predict, block())),
        (
            "staged_predict_proba",
            "Classifier",
            partial(classifier.staged_predict_proba, block()),
        ),
        *(
            ("EarlyClassifier", "Classifier", partial(one.fit, block(), LABELS))
            for one in (early, early_np, frozen)
        ),
        (
            "accuracy_against_earliness",
            "Classifier",
            partial(accuracy_against_earliness, classifier, block(), LABELS),
        ),
    ]
    for who, kind, call in calls:
        assert failure(ValueError, call) == (
            f"{who} needs a network that knows a step when it comes, but this "
            f"LSTM{kind} reads each sequence on its own scale, whose mean and "
            "deviation are known at its end. Fit one with own_scale=False, or predict "
            "what has come so far as a sequence of its own."
        )


@pytest.mark.parametrize("n_streams", [0, -1, 1.5, True, "2", None])
def test_n_streams(network, n_streams):
    assert failure(ValueError, Stream, network, n_streams) == (
        "The 'n_streams' parameter of Stream must be an int in the range [1, inf). "
        f"Got {n_streams!r}."
    )


@pytest.mark.parametrize("dtype", ["int64", np.float16])
def test_dtype(network, dtype):
    assert failure(ValueError, Stream, network, 1, dtype) == (
        "The 'dtype' parameter of Stream must be np.float32, np.float64 or None. Got "
        f"{dtype!r}."
    )


WRONG_STEPS = {
    "a number": (1, 3.0, "(2,) or (1, 2)", "()", ""),
    "other features": (1, np.ones(3), "(2,) or (1, 2)", "(3,)", ""),
    "one too many": (1, np.ones((2, D)), "(2,) or (1, 2)", "(2, 2)", ""),
    "several steps": (3, np.ones((3, T, D)), "(3, 2)", "(3, 7, 2)", ""),
    "one for several": (
        *(3, np.ones(D), "(3, 2)", "(2,)"),
        " For one of them, say which: streams=0, for example.",
    ),
}


@pytest.mark.parametrize("case", WRONG_STEPS.values(), ids=WRONG_STEPS)
def test_shape_of_a_step(network, case):
    n, x, expected, came, advice = case
    assert failure(ValueError, Stream(network, n).step, x) == (
        f"Stream expected x of shape {expected} for {n} stream(s) of 2 feature(s) a "
        f"step, got shape {came}.{advice}"
    )


def test_shape_of_a_step_with_one_feature():
    network = fitted(CLASSIFIER, block()[:, :, :1])
    assert failure(ValueError, Stream(network, 3).step, np.ones(3)) == (
        "Stream expected x of shape (3, 1) for 3 stream(s) of 1 feature(s) a step, got "
        "shape (3,). Pass x[:, np.newaxis]: one number a stream."
    )


def test_shape_of_several_steps(network):
    assert failure(ValueError, Stream(network).run, np.ones(D)) == (
        "Stream expected x of shape (n_steps, 2) or (1, n_steps, 2) for 1 stream(s) of "
        "2 feature(s) a step, got shape (2,)."
    )


WRONG_STREAMS = {
    "outside": ([0, 3], "streams has 3, but the 3 stream(s) are numbered from 0 to 2."),
    "negative": (-1, "streams has -1, but the 3 stream(s) are numbered from 0 to 2."),
    "twice": (
        [1, 2, 1],
        "streams has 1 more than once: one call brings each stream one arrival. Make a "
        "call for each.",
    ),
    "floats": (
        [0.0, 1.0],
        "streams must be ints from 0 to 2, or a mask of shape (3,). Got float64 of "
        "shape (2,).",
    ),
    "a short mask": (
        [True, False],
        "streams must be ints from 0 to 2, or a mask of shape (3,). Got bool of shape "
        "(2,).",
    ),
}


@pytest.mark.parametrize("case", WRONG_STREAMS.values(), ids=WRONG_STREAMS)
def test_choice_of_streams(network, early, case):
    streams, message = case
    x = np.ones((np.size(streams), D))
    for stream in (Stream(network, 3), EarlyStream(early, 3)):
        assert failure(ValueError, stream.step, x, streams) == message
        assert failure(ValueError, stream.reset, streams) == message


@pytest.mark.parametrize(
    ("value", "what"), [(np.nan, "NaN"), (np.inf, "infinity"), (-np.inf, "infinity")]
)
def test_not_finite(network, early, value, what):
    x = np.ones((2, D))
    x[1, 0] = value
    where = "stream 4, feature 0 (counted from 0)"
    advice = (
        ". The state of the streams is as it was: impute what is missing, or leave "
        "this stream out with streams=[...]."
    )
    if np.isnan(value):
        advice += " A network with missing_values='forward_fill' reads gaps."
    for stream in (Stream(network, 5), EarlyStream(early, 5)):
        message = failure(ValueError, stream.step, x, [2, 4])
        assert message == f"x contains {what}: {where}{advice}"
    steps = np.ones((1, T, D))
    steps[0, 3, 1] = value
    assert failure(ValueError, Stream(network).run, steps) == (
        f"x contains {what}: stream 0, step 3, feature 1 (counted from 0){advice}"
    )


def test_too_large_for_the_type(network):
    stream = Stream(network, dtype=np.float32)
    assert failure(ValueError, stream.step, [0.0, 1e300]) == (
        "x has 1e+300 at stream 0, feature 1 (counted from 0), which float32 cannot "
        "hold. Make the Stream with dtype=np.float64."
    )


def test_no_numbers(network):
    assert failure(ValueError, Stream(network).step, ["a", "b"]) == (
        f"x has dtype <U1, but Stream needs numbers. {TEXT}"
    )


def test_what_a_mask_hides(network, early):
    x = np.ma.array([[0.0, 1.0], [2.0, 3.0]], mask=[[False, False], [True, False]])
    for stream in (Stream(network, 5), EarlyStream(early, 5)):
        assert failure(ValueError, stream.step, x, [2, 4]) == (
            "x is a masked array, and its mask hides 1 value(s), the first at index "
            "(1, 0). Masks are not read. Impute what is missing, or leave such a "
            "stream out with streams=[...]."
        )
        stream.step(np.ma.array(x.data), [2, 4])


@pytest.mark.parametrize("patch_size", [1, 3])
def test_a_failure_leaves_the_state_as_it_was(patch_size):
    stream = Stream(fitted(CLASSIFIER, patch_size=patch_size), N)
    stream.run(block()[:, :4])
    before = stream.get_state()
    bad = block()[:, 4]
    bad[-1, -1] = np.nan
    failure(ValueError, stream.step, bad)
    failure(ValueError, stream.step, bad[:, :1])
    failure(ValueError, stream.step, bad[:1], [N])
    failure(ValueError, stream.run, np.stack([block()[:, 5], bad], axis=1))
    after = stream.get_state()
    assert before.keys() == after.keys()
    for name, values in before.items():
        assert np.array_equal(values, after[name])


def test_the_row_of_a_table_is_over():
    network = fitted(CLASSIFIER, block().reshape(N, -1), features_per_step=D)
    stream = Stream(network, 3)
    stream.run(block()[:3, :6])
    stream.step(block()[1:2, 6], 1)
    message = (
        "Stream 1 has had {} step(s), and {} more would exceed the 7 of a row of the "
        "table that the estimator was fitted on. Begin the next row with reset(1), or "
        "fit on a 3-D array: then length is free."
    )
    assert failure(ValueError, stream.step, block()[:3, 6]) == message.format(7, 1)
    assert failure(ValueError, stream.run, block()[1, :2], 1) == message.format(7, 2)
    stream.reset(1).run(block()[1], 1)


def test_a_state_of_another_network(network):
    stream = Stream(network, 2)
    patched = fitted(CLASSIFIER, patch_size=3, n_filters=0)
    assert failure(ValueError, stream.set_state, Stream(patched, 2).get_state()) == (
        "The state has ['layer0.c', 'layer0.h', 'max', 'steps', 'sum', 'waiting'], but "
        "the network of this Stream remembers ['layer0.c', 'layer0.h', 'max', 'steps', "
        "'sum']: it is of another network."
    )


def test_a_state_of_more_streams(network):
    assert failure(
        ValueError, Stream(network, 2).set_state, Stream(network, 3).get_state()
    ) == (
        "'steps' of the state must be int64 of shape (2,) for this Stream, got int64 "
        "of shape (3,): the network, the type or the number of streams differs."
    )


def test_parameters_of_an_early_classifier():
    early = EarlyClassifier(
        make_pipeline(GRUClassifier()), threshold=0, patience=0, n_prefixes=-1
    )
    assert failure(ValueError, early.fit, block(), LABELS) == (
        "The 'estimator' parameter of EarlyClassifier must be a classifier of skrnn "
        "with one label a sequence (scalers and the like go before EarlyClassifier in "
        "a pipeline). Got "
        f"{early.estimator!r}.\n"
        "The 'n_prefixes' parameter of EarlyClassifier must be an int in the range [0, "
        "inf). Got -1.\n"
        "The 'patience' parameter of EarlyClassifier must be an int in the range [1, "
        "inf). Got 0.\n"
        "The 'threshold' parameter of EarlyClassifier must be a float in the range (0, "
        "1]. Got 0."
    )


@pytest.mark.parametrize("estimator", [LSTMRegressor(), GradientBoostingClassifier()])
def test_an_early_classifier_needs_a_classifier_of_skrnn(estimator):
    message = failure(ValueError, EarlyClassifier(estimator).fit, block(), LABELS)
    assert message.startswith("The 'estimator' parameter of EarlyClassifier must be")


def test_parameters_that_were_changed_are_checked(network):
    early = EarlyClassifier(FrozenEstimator(network)).fit(block())
    early.set_params(threshold=2)
    expected = (
        "The 'threshold' parameter of EarlyClassifier must be a float in the range (0, "
        "1]. Got 2."
    )
    assert failure(ValueError, early.predict, block()) == expected
    assert failure(ValueError, EarlyStream, early) == expected


@pytest.mark.parametrize("n_prefixes", [0, 2])
def test_several_labels(n_prefixes):
    early = EarlyClassifier(
        GRUClassifier(4, max_iter=2, random_state=0), n_prefixes=n_prefixes
    )
    assert failure(ValueError, early.fit, block(), targets_of("labels")) == (
        "EarlyClassifier decides for one label a sequence, but y is an indicator "
        "matrix of several labels. Fit one for each of its columns."
    )


def test_early_stream_of_another_estimator(network):
    assert failure(TypeError, EarlyStream, network) == (
        "EarlyStream expected a fitted EarlyClassifier, got LSTMClassifier. For a "
        "network that is trained already, pass "
        "EarlyClassifier(FrozenEstimator(network)).fit(X)."
    )


def test_end_before_the_first_step(early):
    stream = EarlyStream(early, 3)
    stream.step(np.ones((1, D)), 0)
    assert failure(ValueError, stream.end) == (
        "Stream 1 has had no step, so that there is nothing to decide by. Name those "
        "that have ended: streams=[...]."
    )
    assert not stream.decided[1:].any()
    assert stream.end([0]).decided.tolist() == [True, False, False]


def test_tradeoff_needs_one_label_a_sequence():
    for task, what in (
        ((GRUClassifier, "labels"), "this GRUClassifier has several."),
        ((LSTMRegressor, "number"), "this LSTMRegressor is a regressor."),
    ):
        estimator = fitted(task)
        assert failure(
            ValueError, accuracy_against_earliness, estimator, block(), LABELS
        ) == (
            "accuracy_against_earliness needs a classifier with one label a sequence, "
            f"but {what}"
        )


def test_thresholds_and_patience_of_the_tradeoff(network):
    measure = partial(accuracy_against_earliness, network, block(), LABELS)
    assert failure(ValueError, measure, thresholds=[0.5, 1.5]) == (
        "Each of thresholds must be a float in the range (0, 1]. Got 1.5."
    )
    assert failure(ValueError, measure, thresholds=0.5) == (
        "thresholds must be a list of numbers or None, got float64 of shape ()."
    )
    assert failure(ValueError, measure, patience=0) == (
        "patience must be an int in the range [1, inf) or None. Got 0."
    )
