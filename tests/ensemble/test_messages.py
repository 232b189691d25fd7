"""Errors and warnings of committees, word for word."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skrnn import RNNClassifier, RNNRegressor
from skrnn.ensemble import SequenceBaggingClassifier, SequenceBaggingRegressor
from tests.ensemble.problems import QUICK, classifiers, regressors
from tests.messages import BLOCK, RAGGED, Y, failure

KINDS = {"classifier": classifiers, "regressor": regressors}
NAMES = {
    "classifier": "SequenceBaggingClassifier",
    "regressor": "SequenceBaggingRegressor",
}


@pytest.mark.parametrize("kind", KINDS)
def test_parameters(kind):
    committee = KINDS[kind](
        bootstrap="yes",
        max_samples=1.5,
        n_estimators=0,
        n_jobs=0,
        oob_score=None,
        random_state="a",
        verbose=-1,
    )
    committee.set_params(estimator=StandardScaler())
    of = f"parameter of {NAMES[kind]} must be"
    assert failure(ValueError, committee.fit, BLOCK, Y) == (
        f"The 'bootstrap' {of} True or False. Got 'yes'.\n"
        f"The 'estimator' {of} a {kind} with one answer a sequence "
        "or None. Got StandardScaler().\n"
        f"The 'max_samples' {of} an int in the range [1, inf) or a float in the range "
        "(0, 1]. Got 1.5.\n"
        f"The 'n_estimators' {of} an int in the range [1, inf). Got 0.\n"
        f"The 'n_jobs' {of} an int in the range [1, inf) or an int in the range (-inf, "
        "-1] or None. Got 0.\n"
        f"The 'oob_score' {of} True or False. Got None.\n"
        f"The 'random_state' {of} an int in the range [0, 4294967295], a "
        "numpy.random.RandomState or None. Got 'a'.\n"
        f"The 'verbose' {of} True or False or an int in the range [0, inf). Got -1."
    )


@pytest.mark.parametrize(
    ("make", "estimator"),
    [
        (classifiers, RNNRegressor()),
        (classifiers, RNNClassifier),
        (classifiers, make_pipeline(StandardScaler())),
        (regressors, RNNClassifier()),
        (regressors, "lstm"),
        (regressors, object()),
    ],
)
def test_members_of_another_kind(make, estimator):
    said = failure(ValueError, make(estimator).fit, BLOCK, Y)
    assert said.startswith("The 'estimator' parameter of SequenceBagging")


def test_a_name_that_is_no_parameter():
    assert failure(TypeError, SequenceBaggingClassifier, n_estimator=3) == (
        "SequenceBaggingClassifier has no parameter 'n_estimator'. Did you mean "
        "'n_estimators'?"
    )


def test_indicator_matrix():
    both = np.column_stack([Y, 1 - Y])
    assert failure(ValueError, classifiers().fit, BLOCK, both) == (
        "SequenceBaggingClassifier takes one label a sequence, but y is an indicator "
        "matrix of several labels. Fit one for each of its columns, as "
        "sklearn.multioutput.MultiOutputClassifier(SequenceBaggingClassifier()) does."
    )


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_the_message_for_an_indicator_matrix_says_works():
    from sklearn.multioutput import MultiOutputClassifier

    both = np.column_stack([Y, 1 - Y])
    for X in (BLOCK, RAGGED):
        model = MultiOutputClassifier(classifiers()).fit(X, both)
        assert model.predict(X).shape == (8, 2)


def test_one_class():
    assert failure(ValueError, classifiers().fit, BLOCK, np.ones(8)) == (
        "SequenceBaggingClassifier needs at least two classes, but y has one class "
        "with weight: [1.0]."
    )


@pytest.mark.parametrize("kind", KINDS)
def test_more_than_there_are_without_bootstrap(kind):
    committee = KINDS[kind](bootstrap=False, max_samples=9)
    assert failure(ValueError, committee.fit, BLOCK, Y) == (
        f"{NAMES[kind]} cannot draw max_samples=9 sequences without drawing one twice: "
        "X has 8 different ones with weight. Lower max_samples, or set bootstrap=True."
    )


@pytest.mark.parametrize("kind", KINDS)
def test_weights_for_members_that_take_none(kind):
    pipe = make_pipeline(FunctionTransformer(), KINDS[kind]().estimator)
    committee = KINDS[kind](pipe, bootstrap=False)
    assert failure(ValueError, committee.fit, BLOCK, Y, np.ones(8)) == (
        f"{NAMES[kind]} with bootstrap=False passes sample_weight on to its members, "
        "but fit of Pipeline takes none. Set bootstrap=True, which draws sequences by "
        "their weights; or, for a pipeline, switch metadata routing on and request "
        "sample_weight."
    )


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_out(kind):
    committee = KINDS[kind](bootstrap=False, oob_score=True)
    assert failure(ValueError, committee.fit, BLOCK, Y) == (
        f"oob_score=True scores each sequence by the members of {NAMES[kind]} that "
        "have not seen it, but with bootstrap=False and max_samples=1.0 all see all. "
        "Set bootstrap=True, or lower max_samples."
    )


@pytest.mark.parametrize("kind", KINDS)
def test_some_have_no_prediction(kind):
    committee = KINDS[kind](oob_score=True, n_estimators=1)
    with pytest.warns(UserWarning, match="Every member") as caught:
        committee.fit(BLOCK, Y)
    n = len(set(committee.estimators_samples_[0]))
    (warning,) = caught
    assert str(warning.message) == (
        f"Every member has learnt from {n} of 8 sequences: these have no out-of-bag "
        "prediction, and oob_score_ is of the others. With more members, n_estimators, "
        "there are fewer of them."
    )
    assert warning.filename == __file__


@pytest.mark.parametrize("kind", KINDS)
def test_not_fitted(kind):
    with pytest.raises(ValueError, match="instance is not fitted yet"):
        KINDS[kind]().predict(BLOCK)


@pytest.mark.parametrize("kind", [SequenceBaggingClassifier, SequenceBaggingRegressor])
def test_text_and_sparse_tables(kind):
    text = [[["a"], ["b"]]] * 8
    assert failure(ValueError, kind().fit, np.array(text), Y).startswith(
        f"X has dtype <U1, but {kind.__name__} needs numbers."
    )
    with pytest.raises(TypeError, match="Sparse data was passed"):
        kind().fit(sparse.csr_matrix(BLOCK[:, 0]), Y)


def test_another_layout_is_an_error_of_the_members():
    committee = classifiers(RNNClassifier(**QUICK)).fit(BLOCK, Y)
    said = failure(ValueError, committee.predict, RAGGED)
    assert said.startswith("RNNClassifier was fitted on a 3-D array (sequences, steps")
