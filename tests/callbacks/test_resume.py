"""A fit that goes on from a checkpoint ends as one without a break, to the bit."""

import shutil

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from skrnn import (
    GRUClassifier,
    GRUStepRegressor,
    LSTMClassifier,
    LSTMStepClassifier,
    RecurrentFeatures,
    RNNRegressor,
)
from skrnn.callbacks import Checkpoint
from skrnn.ensemble import SequenceBaggingClassifier
from skrnn.preprocessing import PerStepTransformer
from skrnn.streaming import EarlyClassifier
from tests.attacks.configurations import draw, quietly
from tests.callbacks.fits import CutAfter, CutShort, Then, assert_same_fit
from tests.unloaded import Collection

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(24, 5, 2))
Y = (X[:, :, 0].sum(axis=1) > 0).astype(int)
STEPS = (np.cumsum(X[:, :, 0], axis=1) > 0).astype(int)


def small(kind=GRUClassifier, **options):
    usual = {"hidden_size": 3, "max_iter": 8, "batch_size": 7, "random_state": 0}
    return kind(**{**usual, **options})


def cut_short(model, path, n_epochs, *data, every=1, **given):
    """Fit until an error after some epochs."""
    model.set_callbacks(Checkpoint(path, every=every), CutAfter(n_epochs))
    with pytest.raises(CutShort):
        model.fit(*data, **given)


@pytest.mark.parametrize("seed", range(50))
def test_wherever_a_fit_is_cut_short(seed, tmp_path):
    """Over cells, solvers, schedules, tasks, early stopping, noise and n_jobs."""
    configuration, rng = draw(seed), np.random.RandomState(seed)
    n_epochs, n_jobs = int(rng.randint(3, 9)), int(rng.randint(1, 3))
    data, given = (configuration.laid_out(), configuration.y), {}
    if configuration.groups is not None:
        given["groups"] = configuration.groups
    options = {"max_iter": n_epochs, "n_jobs": n_jobs}
    whole = configuration.make(**options)
    quietly(whole.fit, *data, **given)
    cut, path = int(rng.randint(1, whole.n_iter_ + 1)), tmp_path / "fit.npz"
    quietly(cut_short, configuration.make(**options), path, cut, *data, **given)
    resumed = configuration.make(**{**options, "n_jobs": 3 - n_jobs})
    quietly(resumed.fit, *data, **given, resume_from=path)
    assert_same_fit(resumed, whole, f"cut after {cut}: {configuration}")


@pytest.mark.parametrize("every", [1, 3])
def test_cut_short_again_and_again(tmp_path, every):
    whole, path = small(n_jobs=2).fit(X, Y), tmp_path / "fit.npz"
    cut_short(small(), path, 4, X, Y, every=every)
    for n_epochs in (5, 7):
        again = small().set_callbacks(Checkpoint(path, every), CutAfter(n_epochs))
        with pytest.raises(CutShort):
            again.fit(X, Y, resume_from=path)
    assert_same_fit(small().fit(X, Y, resume_from=str(path)), whole)


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("kind", [LSTMStepClassifier, GRUStepRegressor])
def test_networks_with_an_answer_for_every_step(kind, solver, tmp_path):
    noise = {} if solver == "lbfgs" else {"dropout": 0.3, "recurrent_dropout": 0.2}
    options = {"solver": solver, "bptt_steps": 3, **noise}
    whole, path = small(kind, **options).fit(X, STEPS), tmp_path / "fit.npz"
    cut_short(small(kind, **options), path, 3, X, STEPS)
    resumed = small(kind, **options).fit(X, STEPS, resume_from=path)
    assert_same_fit(resumed, whole)


def test_categories(tmp_path):
    codes = np.concatenate([X, RNG.integers(0, 3, (24, 5, 1))], axis=2)
    options = {"categorical_features": [2], "early_stopping": True}
    whole, path = small(**options).fit(codes, Y), tmp_path / "fit.npz"
    cut_short(small(**options), path, 2, codes, Y)
    assert_same_fit(small(**options).fit(codes, Y, resume_from=path), whole)


@pytest.mark.parametrize("seed", [None, "RandomState"])
def test_numbers_that_no_seed_repeats_are_in_the_file(seed, tmp_path):
    def one():
        source = None if seed is None else np.random.RandomState(3)
        options = {"early_stopping": True, "dropout": 0.4, "random_state": source}
        return small(**options)

    path, copy = tmp_path / "fit.npz", tmp_path / "copy.npz"
    whole = one().set_callbacks(
        Checkpoint(path, every=1), Then(3, lambda: shutil.copy(path, copy))
    )
    whole.fit(X, Y)
    resumed = one().fit(X, Y, resume_from=copy)
    assert_same_fit(resumed, whole)
    if seed is not None:
        sources = resumed.random_state, whole.random_state
        assert_array_equal(*(source.uniform(size=3) for source in sources))


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_warm_start(solver, tmp_path):
    path = tmp_path / "fit.npz"
    first = small(solver=solver, warm_start=True).fit(X, Y)
    state, names = vars(first).copy(), ("weights_", "t_")
    whole = small(solver=solver, warm_start=True)
    vars(whole).update(state)
    whole.fit(X, Y)
    cut = small(solver=solver, warm_start=True)
    vars(cut).update(state)
    cut_short(cut, path, 3, X, Y)
    resumed = small(solver=solver, warm_start=True)
    vars(resumed).update(state)
    assert all(np.array_equal(getattr(cut, k), state[k]) for k in names)
    assert_same_fit(resumed.fit(X, Y, resume_from=path), whole)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_a_collection_that_is_not_in_memory(solver, tmp_path):
    path, options = tmp_path / "fit.npz", {"solver": solver, "early_stopping": True}
    whole = small(**options).fit(list(X), Y)
    cut_short(small(**options), path, 2, Collection(list(X)), Y)
    collection = Collection(list(X))
    resumed = small(**options).fit(collection, Y, resume_from=path)
    assert_same_fit(resumed, whole)
    assert_same_fit(small(**options).fit(list(X), Y, resume_from=path), whole)


def test_a_validation_set_of_ones_own(tmp_path):
    given = {"X_val": X[:9], "y_val": Y[:9], "sample_weight_val": np.arange(1, 10)}
    whole = small(early_stopping=True).fit(X[9:], Y[9:], **given)
    path = tmp_path / "fit.npz"
    cut_short(small(early_stopping=True), path, 2, X[9:], Y[9:], **given)
    resumed = small(early_stopping=True).fit(X[9:], Y[9:], **given, resume_from=path)
    assert_same_fit(resumed, whole)


def test_a_fit_that_has_ended_goes_on_from_its_last_checkpoint(tmp_path):
    path = tmp_path / "fit.npz"
    ended = small(learning_rate="constant", max_iter=40, tol=1.0)
    ended.set_callbacks(Checkpoint(path, every=1)).fit(X, Y)
    assert ended.stopping_reason_ == "nothing improved any more"
    again = small(learning_rate="constant", max_iter=40, tol=1.0)
    assert_same_fit(again.fit(X, Y, resume_from=path), ended)


def test_data_in_another_order_are_the_same(tmp_path):
    path, order = tmp_path / "fit.npz", RNG.permutation(24)
    whole = small().fit(X, Y)
    cut_short(small(), path, 4, X, Y)
    assert_same_fit(small().fit(X[order], Y[order], resume_from=path), whole)


def test_the_linear_path_is_not_tried_again(tmp_path, monkeypatch):
    y, path = X[:, -1, 0] + X[:, 0, 1] ** 2, tmp_path / "fit.npz"
    whole = small(RNNRegressor).fit(X, y)
    cut_short(small(RNNRegressor), path, 2, X, y)
    monkeypatch.delattr("skrnn.fitting.linear_path.try_network")
    assert_same_fit(small(RNNRegressor).fit(X, y, resume_from=path), whole)


def test_epochs_that_are_done_are_not_done_again(tmp_path, capsys):
    path = tmp_path / "fit.npz"
    for solver, unit in [("adam", "epoch"), ("lbfgs", "iteration")]:
        cut_short(small(solver=solver), path, 5, X, Y)
        small(solver=solver, verbose=True).fit(X, Y, resume_from=path)
        lines = capsys.readouterr().out.splitlines()
        assert [line.split("/")[0].split() for line in lines] == [
            [unit, "6"],
            [unit, "7"],
            [unit, "8"],
        ]


def test_in_a_pipeline(tmp_path):
    path = tmp_path / "fit.npz"

    def pipeline():
        from sklearn.preprocessing import StandardScaler

        return make_pipeline(PerStepTransformer(StandardScaler()), small())

    whole, cut = pipeline().fit(X, Y), pipeline()
    cut[-1].set_callbacks(Checkpoint(path, every=2), CutAfter(5))
    with pytest.raises(CutShort):
        cut.fit(X, Y)
    resumed = pipeline().fit(X, Y, gruclassifier__resume_from=path)
    assert_same_fit(resumed[-1], whole[-1])


def test_recurrent_features(tmp_path):
    path, whole = tmp_path / "fit.npz", RecurrentFeatures(small()).fit(X, Y)
    cut = small().set_callbacks(Checkpoint(path, every=1), CutAfter(3))
    with pytest.raises(CutShort):
        RecurrentFeatures(cut).fit(X, Y)
    resumed = RecurrentFeatures(small()).fit(X, Y, resume_from=path)
    assert_same_fit(resumed.estimator_, whole.estimator_)


def test_early_decisions_and_committees(tmp_path):
    network = small(GRUClassifier).set_callbacks(Checkpoint(tmp_path, every=3))
    for kind, options in [
        (EarlyClassifier, {"n_prefixes": 2}),
        (SequenceBaggingClassifier, {"n_estimators": 3, "random_state": 0}),
    ]:
        before = len(list(tmp_path.iterdir()))
        whole = kind(network, **options).fit(X, Y)
        n_fits = len(list(tmp_path.iterdir())) - before
        assert n_fits == options.get("n_estimators", 1)
        resumed = kind(small(GRUClassifier), **options).fit(X, Y, resume_from=tmp_path)
        assert_array_equal(resumed.predict_proba(X), whole.predict_proba(X))


def test_a_clone_keeps_its_checkpoint(tmp_path):
    copy = clone(small().set_callbacks(Checkpoint(tmp_path / "fit.npz", every=1)))
    copy.fit(X, Y)
    assert_same_fit(small().fit(X, Y, resume_from=tmp_path / "fit.npz"), copy)


def test_an_interrupt_leaves_the_last_checkpoint(tmp_path):
    path = tmp_path / "fit.npz"

    def interrupt():
        raise KeyboardInterrupt

    model = LSTMClassifier(3, max_iter=8, batch_size=7, random_state=0)
    model.set_callbacks(Checkpoint(path, every=2), Then(5, interrupt))
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y)
    whole = clone(model).set_callbacks().fit(X, Y)
    assert_same_fit(clone(whole).fit(X, Y, resume_from=path), whole)


def test_a_learning_rate_that_has_fallen(tmp_path):
    # Each epoch is one without an improvement, after which the rate falls.
    falls = {"learning_rate": "adaptive", "tol": 10.0, "n_iter_no_change": 1}
    whole, path = small(**falls).fit(X, Y), tmp_path / "fit.npz"
    cut_short(small(**falls), path, 3, X, Y)
    assert_same_fit(small(**falls).fit(X, Y, resume_from=path), whole)


def test_weights_that_turn_out_not_to_be_finite(tmp_path, monkeypatch):
    """In the first batch of the fourth epoch: back to those after the second."""
    n_batches, path = 4, tmp_path / "fit.npz"

    def fails_after(n):
        calls = iter(range(n + 1))
        monkeypatch.setattr(
            "skrnn.training.minibatch.clip_by_norm",
            lambda gradient, limit: np.nan if next(calls) == n else 1.0,
        )

    fails_after(3 * n_batches)
    unclipped = small(max_grad_norm=None)
    whole = unclipped.set_callbacks(Checkpoint(path, every=3)).fit(X, Y)
    assert whole.stopping_reason_ == "the loss or its gradient was not finite"
    fails_after(0)
    assert_same_fit(small(max_grad_norm=None).fit(X, Y, resume_from=path), whole)
