"""How long training takes until an accuracy on the test set is reached.

After every epoch the weights are copied, with the time so far. They are scored when
training is over, so that scores cost nothing, and what counts is the first epoch with
the accuracy: that of the usual recipe at its end (`usual_recipe.py`), then that of
skrnn's recipe in PyTorch (`torch_recipe.py`), both medians over the seeds. The last
epoch ends with `fit`. A median is "never" where most seeds do not reach the accuracy.

skrnn trains the network that its recipe in PyTorch has, the plain one (`PLAIN` in
`recipe.py`), with all else as a user gets it. What the convolution and the other parts
bring in accuracy is in `learning.py`.

The table "accuracy" of `speed.py`.
"""

import math
import statistics
import warnings
from time import perf_counter

import numpy as np

from skrnn import LSTMClassifier
from skrnn.datasets import make_sign_of_sum
from skrnn.training import Monitor
from tests.benchmarks.measuring import least_and_mean
from tests.benchmarks.peers import Peer
from tests.benchmarks.public_sets import SETS as ALL_SETS
from tests.benchmarks.recipe import PLAIN, Preparation, Recipe
from tests.benchmarks.wheels import NotInstalled

TITLE = "seconds of training until an accuracy on the test set is reached"
SETS = ["digits 64x1", "BasicMotions", "Japanese vowels", "GunPoint", "adding 50"]
USUAL, OURS = "PyTorch usual", "PyTorch ours"


class Snapshots:
    """Copies of weights with the seconds of training that led to them.

    The time of making the copies is left out.
    """

    def __init__(self):
        self.times, self.weights, self.paused = [], [], 0.0
        self.start = perf_counter()

    def add(self, copy):
        """Note the time, and call a function that returns a copy."""
        now = perf_counter()
        self.times.append(now - self.start - self.paused)
        self.weights.append(copy())
        self.paused += perf_counter() - now

    def close(self):
        """Let the last one end when `fit` does."""
        self.times[-1] = perf_counter() - self.start - self.paused

    def curve(self, score):
        """Return times and scores, by a function from weights to a score."""
        return list(zip(self.times, map(score, self.weights), strict=True))


class Recorder(Monitor):
    """Makes a snapshot after every epoch."""

    def __init__(self, snapshots):
        self.snapshots = snapshots

    def begin(self, state):
        """Do nothing."""

    def end(self, state):
        """Make a snapshot; never stop."""
        self.snapshots.add(state.weights.copy)
        return False

    def close(self, fitted):
        """Do nothing."""


def skrnn_curve(data, seed):
    """Train with the defaults of this library, but a plain network."""
    X, y, X_test, y_test = data
    snapshots = Snapshots()

    class Recorded(LSTMClassifier):
        def _monitors(self, run, inputs):
            return [*super()._monitors(run, inputs), Recorder(snapshots)]

    estimator = Recorded(random_state=seed, **PLAIN).fit(X, y)
    snapshots.close()

    def score(weights):
        estimator.weights_ = weights.astype(estimator.weights_.dtype)
        return estimator.score(X_test, y_test)

    end = estimator.score(X_test, y_test)
    return snapshots.curve(score), end


def usual_curve(data, seed):
    """Train with the usual loop of PyTorch."""
    from tests.benchmarks.usual_recipe import UsualRecipe

    return _usual(UsualRecipe, data, seed)


def skorch_curve(data, seed):
    """Train with skorch and the usual recipe."""
    from tests.benchmarks.usual_recipe import UsualSkorch

    return _usual(UsualSkorch, data, seed)


def _usual(kind, data, seed):
    X, y, X_test, y_test = data
    snapshots = Snapshots()
    model = kind("LSTM", seed, lambda network: snapshots.add(_copier(network)))
    model.fit(X, y)
    snapshots.close()
    end = model.score(X_test, y_test)

    def score(weights):
        model.network.load_state_dict(weights)
        return model.score(X_test, y_test)

    return snapshots.curve(score), end


def torch_curve(data, seed):
    """Train with the recipe of this library in PyTorch."""
    import torch

    from tests.benchmarks import torch_recipe

    X, y, X_test, y_test = data
    recipe = _recipe_of_skrnn(X, y)
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    snapshots = Snapshots()
    classes, codes = np.unique(y, return_inverse=True)
    prepare = Preparation.of(X, recipe.patch_size)
    x, lengths = torch_recipe.as_tensors(*prepare(X))
    network = torch_recipe.Network(recipe)
    torch_recipe.train(
        network,
        x,
        lengths,
        torch.from_numpy(codes),
        lambda network: snapshots.add(_copier(network)),
    )
    snapshots.close()
    x, lengths = torch_recipe.as_tensors(*prepare(X_test))
    network.eval()

    def score(weights):
        network.load_state_dict(weights)
        found = torch_recipe.probabilities(network, x, lengths).argmax(1)
        return float(np.mean(classes[found] == y_test))

    curve = snapshots.curve(score)
    return curve, curve[-1][1]


def _recipe_of_skrnn(X, y):
    """Return the recipe that the defaults of a plain network are for a set.

    Epochs and patches are those of a network of one unit, on which they do not depend.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator = LSTMClassifier(1, random_state=0, **PLAIN).fit(X, y)
    return Recipe(
        cell="lstm",
        n_features=X[0].shape[1],
        hidden_size=32,
        n_classes=len(estimator.classes_),
        batch_size=64,
        n_epochs=estimator.n_iter_,
        patch_size=estimator.patch_size_,
    )


def _copier(network):
    """Return a function that copies the weights of a network of PyTorch."""
    state = network.state_dict()
    return lambda: {name: values.clone() for name, values in state.items()}


CONTENDERS = {
    "skrnn": Peer(skrnn_curve, "skrnn"),
    "skorch usual": Peer(skorch_curve, "skorch", "torch"),
    USUAL: Peer(usual_curve, "torch"),
    OURS: Peer(torch_curve, "torch"),
}


def seconds_to(curve, accuracy):
    """Return the first time with an accuracy; infinity if there is none."""
    return next((time for time, score in curve if score >= accuracy), math.inf)


def measure(data, names, n_seeds):
    """Return the curves and the last scores, a list over the seeds, by contender."""
    found = {name: [] for name in names}
    for seed in range(n_seeds):
        for name in names:
            found[name].append(CONTENDERS[name].make(data, seed))
    return found


def table(sets, n_seeds, wanted=None):
    """Print a line for each set and accuracy, and the ratios at the end."""
    names = [
        name
        for name, peer in CONTENDERS.items()
        if peer.is_installed
        and (wanted is None or name == "skrnn" or name.split()[0] in wanted)
    ]
    if not {USUAL, OURS} <= set(names):
        print("left out: PyTorch sets the accuracies")
        return
    # Imports, and what libraries do when they are called first.
    measure(2 * make_sign_of_sum(40, 5, random_state=0), names, 1)
    print(f"{'set':17} {'accuracy at the end of':22}", *(f"{n:>14}" for n in names))
    ratios = {}
    for name in sets:
        try:
            data = ALL_SETS[name]()
        except NotInstalled as hint:
            print(f"{name:17} left out: {hint}")
            continue
        _print_set(name, measure(data, names, n_seeds), ratios)
    _print_ratios(ratios)


def _print_set(name, found, ratios):
    """Print the lines of a set, and note its ratios."""
    ends = {
        one: statistics.median(end for _, end in results)
        for one, results in found.items()
    }
    for target in (USUAL, OURS):
        times = {
            one: statistics.median(
                seconds_to(curve, ends[target]) for curve, _ in results
            )
            for one, results in found.items()
        }
        print(_line(name, target, ends[target], times), flush=True)
        _add(ratios, target, times)
    last = "".join(f"{end:>15.3f}" for end in ends.values())
    print(f"{'':17} {'its own at the end':22}{last}", flush=True)


def _line(name, target, accuracy, times):
    cells = ("never" if t == math.inf else f"{t:.3f}" for t in times.values())
    label = f"{target} {accuracy:.3f}"
    return f"{name:17} {label:22}" + "".join(f"{cell:>15}" for cell in cells)


def _add(ratios, target, times):
    """Note how many times as fast skrnn is, where both reach the accuracy."""
    for one, time in times.items():
        if one != "skrnn" and math.inf not in (time, times["skrnn"]):
            ratios.setdefault((target, one), []).append(time / times["skrnn"])


def _print_ratios(ratios):
    head = f"{'times as fast as':18}{'to the end of':16}"
    print(f"\n{head}{'least':>8}{'geometric mean':>16}")
    for (target, one), values in ratios.items():
        print(f"{one:18}{target:16}{least_and_mean(values)}   ({len(values)} sets)")
