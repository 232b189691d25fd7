"""What is held out of training: shares of groups, and sequences of one's own."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn import config_context
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.class_weight import compute_class_weight

from skrnn import RecurrentFeatures
from tests.conftest import CLASSIFIERS, REGRESSORS, maker

# Ten sequences are few to hold out, and there is a word about it.
pytestmark = pytest.mark.filterwarnings("ignore:early_stopping holds out")

STOPS = {"early_stopping": True, "validation_fraction": 0.25}


def failure(call, *args, **options):
    with pytest.raises((TypeError, ValueError)) as caught:
        call(*args, **options)
    return str(caught.value)


# Groups


@pytest.mark.parametrize("seed", range(3))
def test_groups_stay_whole(any_small, X, codes, splits, seed):
    groups = np.array(["a", "b", "c", "d", "e", "f", "g", "h"])[np.arange(40) % 8]
    any_small(random_state=seed, **STOPS).fit(X, codes, groups=groups)
    [(learn, held_out)] = splits
    assert not set(groups[learn]) & set(groups[held_out.rows])
    assert sorted([*learn, *held_out.rows]) == list(range(40))
    assert len(held_out) == 10


def test_without_groups_they_are_torn_apart(any_small, X, codes, splits):
    """So the tests above can fail."""
    any_small(**STOPS).fit(X, codes)
    [(learn, held_out)] = splits
    assert set(learn % 8) & set(held_out.rows % 8)


def test_groups_of_any_size_make_about_the_share(any_small, layouts, codes, splits):
    groups = np.repeat(np.arange(9), [12, 1, 2, 3, 4, 5, 6, 6, 1])
    any_small(**STOPS).fit(layouts["ragged"], codes, groups=groups)
    [(_, held_out)] = splits
    assert 9 <= len(held_out) <= 11


def test_groups_keep_the_classes_in_proportion(small, layouts, splits):
    y = np.array([0, 0, 0, 1] * 10)
    groups = np.repeat(np.arange(20), 2)  # of one class, and of both
    small(**STOPS).fit(layouts["block"], y, groups=groups)
    [(learn, held_out)] = splits
    assert 2 <= y[held_out.rows].sum() <= 3
    assert y[learn].sum() >= 7


def test_groups_change_nothing_without_a_split(any_small, X, codes):
    groups = np.arange(40) % 3
    one = any_small().fit(X, codes)
    other = any_small().fit(X, codes, groups=groups)
    assert_array_equal(one.weights_, other.weights_)
    given = {"X_val": X, "y_val": codes}
    one = any_small(early_stopping=True).fit(X, codes, **given)
    other = any_small(early_stopping=True).fit(X, codes, groups=groups, **given)
    assert_array_equal(one.weights_, other.weights_)


def test_a_weight_is_copies_in_the_same_group(any_small, layouts, codes):
    X, groups = layouts["block"], np.arange(40) % 8
    weight = np.arange(40) % 3
    times = np.repeat(np.arange(40), weight)
    one = any_small(**STOPS).fit(X, codes, sample_weight=weight, groups=groups)
    other = any_small(**STOPS).fit(X[times], codes[times], groups=groups[times])
    assert_array_equal(one.weights_, other.weights_)
    assert one.validation_scores_ == other.validation_scores_


def test_copies_in_two_groups_may_be_parted(any_small, layouts, codes, splits):
    """A copy is held out with its own group, and learnt from with the other."""
    X, y = np.tile(layouts["block"][:10], (4, 1, 1)), np.tile(codes[:10], 4)
    groups = np.repeat(np.arange(4), 10)
    any_small(**STOPS).fit(X, y, groups=groups)
    [(learn, held_out)] = splits
    assert len(learn) == 30
    assert len(set(groups[held_out.rows])) == 1


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (
            np.arange(39),
            "groups must have one entry for each of the 40 sequences, got shape (39,).",
        ),
        (
            [(1, 2)] * 40,
            "groups must have one entry for each of the 40 sequences, got shape "
            "(40, 2).",
        ),
        *[
            (
                np.array(["a"] * 3 + [missing] + ["b"] * 36, object),
                "groups has no value for sequence 3 (counted from 0). Give one that "
                "belongs to no other a group of its own.",
            )
            for missing in (None, np.nan)
        ],
        (
            np.array(["a", 1] * 20, object),
            "Groups must be of one type, but groups has int and str.",
        ),
        (
            [7] * 40,
            "early_stopping=True cannot hold out validation_fraction=0.25 of 40 "
            "sequences in 1 group(s), each whole on one side: All sequences are of one "
            "group. Give more groups, another fraction, or early_stopping=False.",
        ),
    ],
)
def test_groups_that_cannot_be_used(any_small, layouts, codes, groups, message):
    model = any_small(**STOPS)
    assert failure(model.fit, layouts["block"], codes, groups=groups) == message


def test_a_class_of_one_group_alone_cannot_be_held_out(small, layouts):
    y = np.repeat([0, 1], 20)
    message = (
        "early_stopping=True cannot hold out validation_fraction=0.25 of 40 sequences "
        "in 2 group(s), each whole on one side: No class may be in the groups held out "
        "alone. Give more groups, another fraction, or early_stopping=False."
    )
    assert failure(small(**STOPS).fit, layouts["block"], y, groups=y) == message


@pytest.mark.parametrize("kind", [CLASSIFIERS[1], REGRESSORS[2]])
def test_groups_are_routed_to_both_splits(kind, layouts, codes, splits):
    groups = np.repeat(np.arange(10), 4)
    with config_context(enable_metadata_routing=True):
        model = maker(kind)(**STOPS).set_fit_request(groups=True)
        search = GridSearchCV(
            make_pipeline(FunctionTransformer(), model),
            {f"{kind.__name__.lower()}__hidden_size": [2, 3]},
            cv=StratifiedGroupKFold(2, shuffle=True, random_state=0),
            error_score="raise",
        )
        search.fit(layouts["ragged"], codes, groups=groups)
    assert len(splits) == 5
    for learn, held_out in splits:
        inside = held_out.problem.groups
        assert not set(inside[learn]) & set(inside[held_out.rows])
    assert [len(held_out.problem.groups) for _, held_out in splits] == [20] * 4 + [40]


# Sequences of one's own


@pytest.mark.filterwarnings("ignore:Training stopped at max_iter")
def test_a_validation_set_is_scored_and_all_else_is_learnt(any_small, X, codes):
    plain = any_small(max_iter=8, learning_rate="constant")
    model = clone(plain).set_params(early_stopping=True)
    model.fit(X[:30], codes[:30], X_val=X[30:], y_val=codes[30:])
    assert len(model.validation_scores_) == model.n_iter_
    score = model.score(X[30:], codes[30:])
    assert score == pytest.approx(model.best_validation_score_)
    best = int(np.argmax(model.validation_scores_)) + 1
    plain.set_params(max_iter=best).fit(X[:30], codes[:30])
    assert_array_equal(plain.weights_, model.weights_)


def test_weights_of_the_validation_set_count(any_small, X, codes):
    weight = np.arange(10) % 3
    times = np.repeat(np.arange(30, 40), weight)
    X_val = [X[i] for i in times] if isinstance(X, list) else X[times]
    fit = any_small(early_stopping=True).fit
    one = fit(
        X[:30],
        codes[:30],
        X_val=X[30:],
        y_val=codes[30:],
        sample_weight_val=weight,
    ).validation_scores_
    other = fit(X[:30], codes[:30], X_val=X_val, y_val=codes[times]).validation_scores_
    assert one == pytest.approx(other)
    plain = fit(X[:30], codes[:30], X_val=X[30:], y_val=codes[30:]).validation_scores_
    assert one != pytest.approx(plain)


@pytest.mark.parametrize("weight", ["balanced", {0: 1.0, 1: 5.0}, None])
def test_the_score_counts_sequences_as_the_loss_does(small, X, codes, weight):
    model, rng = (
        small(early_stopping=True, class_weight=weight),
        np.random.RandomState(0),
    )
    sample_weight = rng.uniform(0.5, 2.0, 40)
    # What is balanced is the training set; the sequences held out count as it says.
    each = compute_class_weight(
        weight, classes=np.array([0, 1]), y=codes[:30], sample_weight=sample_weight[:30]
    )
    model.fit(
        X[:30],
        codes[:30],
        sample_weight[:30],
        X_val=X[30:],
        y_val=codes[30:],
        sample_weight_val=sample_weight[30:],
    )
    score = model.score(X[30:], codes[30:], sample_weight[30:] * each[codes[30:]])
    assert score == pytest.approx(model.best_validation_score_)


@pytest.mark.parametrize("weight", ["balanced", {"down": 0.25, "up": 4.0}])
def test_so_it_does_of_a_share_of_the_training_set(small, X, y, splits, weight):
    model = small(early_stopping=True, class_weight=weight).fit(X, y)
    ((_, held_out),) = splits
    rows = held_out.rows
    each = compute_class_weight(weight, classes=model.classes_, y=y)
    some = [X[i] for i in rows] if isinstance(X, list) else X[rows]
    found = model.score(some, y[rows], each[(y[rows] == "up").astype(int)])
    assert found == pytest.approx(model.best_validation_score_)


def test_a_class_without_weight_may_not_be_all_that_is_held_out(X, y):
    model = maker(CLASSIFIERS[0])(early_stopping=True, class_weight={"up": 0.0})
    ups = np.flatnonzero(y == "up")
    some = [X[i] for i in ups] if isinstance(X, list) else X[ups]
    with pytest.raises(ValueError, match="no sequence is left") as caught:
        model.fit(X, y, X_val=some, y_val=y[ups])
    assert str(caught.value) == (
        "The sequences held out, X_val and y_val, cannot be used: class_weight gives "
        "every sequence a weight of zero: no sequence is left to learn from."
    )


@pytest.mark.parametrize(("dtype", "rel"), [("auto", 1e-6), ("float64", 1e-10)])
def test_targets_of_a_validation_set_keep_their_units(layouts, targets, dtype, rel):
    regressor = maker(REGRESSORS[0])(early_stopping=True, max_iter=5, dtype=dtype)
    X = layouts["block"]
    regressor.fit(X[:30], targets[:30], X_val=X[30:], y_val=targets[30:])
    score = regressor.score(X[30:], targets[30:])
    assert score == pytest.approx(regressor.best_validation_score_, rel=rel)


def test_a_small_validation_set_of_ones_own_needs_no_word(any_small, layouts, codes):
    X = layouts["block"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        any_small(early_stopping=True).fit(X, codes, X_val=X[:2], y_val=codes[:2])


HEAD = "The sequences held out, X_val and y_val, cannot be used: "


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"y_val": None},
            "fit got X_val, but not y_val: pass X_val and y_val together, or neither.",
        ),
        (
            {"X_val": None, "sample_weight_val": np.ones(10)},
            "fit got y_val and sample_weight_val, but not X_val: pass X_val and y_val "
            "together, or neither.",
        ),
        (
            {"X_val": np.ones((10, 4, 3))},
            HEAD + "X has 3 features, but {name} is expecting 2 features as input: "
            "sequences must have shape (steps, 2), got (4, 3).",
        ),
        (
            {"X_val": np.full((10, 4, 2), np.nan)},
            HEAD + "{nan}",
        ),
        (
            {"y_val": [0] * 9},
            HEAD + "X has 10 sequences, but y has 9 {what}: there must be one for each "
            "sequence.",
        ),
        (
            {"sample_weight_val": [-1] * 10},
            HEAD + "sample_weight[0] is -1.0; weights must not be negative. Use 0 to "
            "leave a sequence out.",
        ),
    ],
)
def test_validation_sets_that_cannot_be_used(
    any_small, layouts, codes, options, message
):
    X = layouts["block"]
    given = {"X_val": X[30:], "y_val": codes[30:], **options}
    model = any_small(early_stopping=True)
    said = failure(model.fit, X, codes, **given)
    what = "labels" if hasattr(model, "class_weight") else "targets"
    nan = failure(model.fit, np.full((40, 4, 2), np.nan), codes)
    assert said == message.format(name=type(model).__name__, what=what, nan=nan)


def test_a_validation_set_needs_early_stopping(any_small, layouts, codes):
    X = layouts["block"]
    assert failure(any_small().fit, X, codes, X_val=X, y_val=codes) == (
        "fit got X_val, y_val, which are for early stopping, but early_stopping=False. "
        "Set early_stopping=True, or leave them out."
    )


def test_an_unknown_label_in_the_validation_set(small, layouts, y):
    X = layouts["block"]
    model = small(early_stopping=True)
    said = failure(model.fit, X, y, X_val=X[:2], y_val=["up", "left"])
    assert said == (
        HEAD + "y has labels ['left'], which are not among the classes ['down', 'up'] "
        f"that {type(model).__name__} was told of. Announce all classes in the first "
        "call, or fit a new model."
    )


def test_one_sequence_is_no_validation_set_for_r2(small_regressor, layouts, targets):
    X = layouts["block"]
    model = small_regressor(early_stopping=True)
    assert failure(model.fit, X, targets, X_val=X[:1], y_val=targets[:1]) == (
        HEAD + "X has one sequence, but a score needs at least two."
    )


def test_a_pipeline_transforms_the_validation_set(any_small, X, codes):
    """So does one below `RecurrentFeatures`."""

    def far(X):
        return [1e3 * x for x in X] if isinstance(X, list) else 1e3 * X

    given = {"X_val": X[30:], "y_val": codes[30:]}
    with config_context(enable_metadata_routing=True):
        model = any_small(early_stopping=True).set_fit_request(X_val=True, y_val=True)
        scaled = FunctionTransformer(far)
        pipe = make_pipeline(scaled, model, transform_input=["X_val"])
        scores = pipe.fit(X[:30], codes[:30], **given)[-1].validation_scores_
        head = LogisticRegression(max_iter=1000)
        features = make_pipeline(
            scaled, RecurrentFeatures(model), head, transform_input=["X_val"]
        ).fit(X[:30], codes[:30], **given)[1]
    by_hand = any_small(early_stopping=True).fit(
        far(X[:30]), codes[:30], X_val=far(X[30:]), y_val=codes[30:]
    )
    assert scores == by_hand.validation_scores_
    assert features.estimator_.validation_scores_ == scores


def test_features_pass_everything_on_without_routing(any_small, X, codes):
    given = {"groups": np.arange(40) % 8, "sample_weight": np.arange(40) % 3}
    features = RecurrentFeatures(any_small(**STOPS)).fit(X, codes, **given)
    plain = any_small(**STOPS).fit(X, codes, **given)
    assert_array_equal(features.estimator_.weights_, plain.weights_)
