"""Make the golden files: what PyTorch computes, for tests that run without it.

Run ``python tests/golden/make_golden.py`` with NumPy and PyTorch (2.13 made the files
that are here). Nothing of skrnn is imported. There is a file for each cell, number of
layers, direction and layout, ``<cell>-<n_layers>-<uni|bi>-<layout>.npz``. All numbers
but lengths, classes and labels are float64. In it are

=====================================  ================================================
``x`` (n_rows, n_features)             the sequences, one after the other
``lengths``, ``sample_weight`` (n,)    the latter with a mean of one
``learning_rate``                      of the step of gradient descent
``h`` (n_rows, n_states)               state of the top layer at each step, in the rows
                                       of `x`; [forward | reverse] if bidirectional
``weight_ih_l0``, ...                  the recurrent weights, as PyTorch names them:
                                       ``weight_ih_l2_reverse``
``y/<loss>`` (n,) or (n, n_outputs)    targets
``head/<pooling>/<loss>/...``          ``head.weight`` and ``head.bias``
``case/<pooling>/<loss>/...``          ``scores``, ``loss``, the gradient ``d_...`` of
                                       `x` and of each weight and, of a classifier,
                                       ``probabilities``
``sgd/<loss>/<mean>/...``              the weights after one step of gradient descent
                                       under "concat", for "binary" and "squared-multi"
=====================================  ================================================

where ``<mean>`` says whether the step saw the plain or the weighted mean of the losses.

Before that step, each ``bias_hh_...`` is added to its ``bias_ih_...`` and then frozen
at zero. The last third of a GRU's, of the n gate, is not: it stands inside the product
with the reset gate, where ``bias_ih_...`` does not, and is trained.

The last state of a bidirectional network is the forward state after the last step and
the reverse state after the first step, which the reverse direction reads last. "concat"
is "last", "mean" and "max" in turn, each of them [forward | reverse].

What stands under one path of ``head``, ``case`` or ``sgd`` is one structured array,
``case/<pooling>/<loss>``, with a field for each name: as arrays of their own, they
would fill the files with headers, to more than twice the size.

``ones-<cell>-<sizes>.npz`` has the same of a small network with sizes of one, which
`ONES` names, but for fewer poolings and losses: `CASES_OF_ONES`, `STEPS_OF_ONES`.
"""

from itertools import product
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence

N_FEATURES, HIDDEN_SIZE = 2, 3
CELLS = {
    "rnn-tanh": nn.RNN,
    "rnn-relu": lambda *sizes, **params: nn.RNN(*sizes, nonlinearity="relu", **params),
    "lstm": nn.LSTM,
    "gru": nn.GRU,
}
N_LAYERS = (1, 3)
DIRECTIONS = {"uni": False, "bi": True}
LENGTHS = {"rectangular": (5, 5, 5, 5, 5, 5), "ragged": (4, 5, 1, 5, 3, 2)}
POOLINGS = {
    "last": lambda h, size: torch.cat([h[-1, :size], h[0, size:]]),
    "mean": lambda h, size: h.mean(dim=0),
    "max": lambda h, size: h.max(dim=0).values,
    "concat": lambda h, size: torch.cat(
        [POOLINGS[pooling](h, size) for pooling in ("last", "mean", "max")]
    ),
}


def standardized(y):
    """Give targets a mean of zero and a standard deviation of one."""
    y = np.array(y)
    return (y - y.mean(axis=0)) / y.std(axis=0)


TARGETS = {
    "binary": (1, 0, 1, 1, 0, 0),
    "multinomial": (2, 0, 3, 1, 0, 2),
    "multilabel": ((1, 0, 1), (0, 0, 1), (1, 1, 0), (0, 0, 0), (1, 1, 1), (0, 1, 0)),
    "squared": standardized((0.3, -1.2, 0.8, 1.9, -0.4, -0.7)),
    "squared-multi": standardized(
        ((-0.6, 1.4), (1.1, 0.2), (0.4, -2.3), (-1.7, 0.9), (0.5, 0.1), (1.3, -0.8))
    ),
}
N_OUTPUTS = {
    "binary": 1,
    "multinomial": 4,
    "multilabel": 3,
    "squared": 1,
    "squared-multi": 2,
}
STEPPED = ("binary", "squared-multi")
LEARNING_RATE = 0.5
# A file's seed is its number, but for these: there, most units of a small relu network
# would be dead, or two steps would come within rounding of the maximum.
SEEDS = {
    "rnn-relu-1-uni-ragged": 33,
    "rnn-relu-1-bi-rectangular": 33,
    "rnn-relu-1-bi-ragged": 36,
    "rnn-relu-3-uni-rectangular": 127,
    "rnn-relu-3-uni-ragged": 140,
    "rnn-relu-3-bi-rectangular": 205,
    "rnn-relu-3-bi-ragged": 1835,
    "lstm-3-uni-ragged": 33,
}

#: Hidden sizes, number of features, direction and lengths.
ONES = {
    "unit": ((1,), 2, "uni", (3, 1, 2)),
    "feature": ((2,), 1, "bi", (3, 3)),
    "1-4": ((1, 4), 1, "bi", (2, 1, 3)),
    "3-1": ((3, 1), 2, "bi", (4,)),
    "step": ((1,), 1, "uni", (1, 1, 1)),
    "all": ((1,), 1, "bi", (1,)),
}
CASES_OF_ONES = (
    ("last", "squared"),
    ("mean", "binary"),
    ("max", "binary"),
    ("concat", "binary"),
    ("concat", "3-classes"),
    ("concat", "squared"),
)
STEPS_OF_ONES = (("binary", "plain"), ("squared", "weighted"))
TARGETS_OF_ONES = {
    "binary": (1, 0, 1),
    "3-classes": (2, 0, 1),
    "squared": (0.4, -1.2, 0.7),
}
N_OUTPUTS_OF_ONES = {"binary": 1, "3-classes": 3, "squared": 1}
# Again, but for these: there, all units would be dead, or all of a gradient zero.
SEEDS_OF_ONES = {
    "ones-rnn-tanh-3-1": 102,
    "ones-rnn-relu-unit": 106,
    "ones-rnn-relu-feature": 125,
    "ones-rnn-relu-1-4": 109,
    "ones-rnn-relu-3-1": 117,
    "ones-rnn-relu-step": 100,
    "ones-gru-3-1": 100,
}


class Stack(nn.Module):
    """Recurrent layers of different size, which are no single module of PyTorch."""

    def __init__(self, layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.bidirectional = layers[-1].bidirectional
        self.hidden_size = layers[-1].hidden_size

    def forward(self, x):
        """Run the layers."""
        for layer in self.layers:
            x, state = layer(x)
        return x, state


def name_of(parameter):
    """Name a parameter as a module of several layers does, without what it is in."""
    *within, name = parameter.removeprefix("recurrent.").split(".")
    if within[:1] == ["layers"]:
        return name.replace("_l0", f"_l{within[1]}")
    return ".".join([*within, name])


class Model(nn.Module):
    """A recurrent network, pooling and a linear layer."""

    def __init__(self, recurrent, pooling, n_outputs):
        super().__init__()
        self.recurrent = recurrent
        self.pool = lambda h: POOLINGS[pooling](h, recurrent.hidden_size)
        n_states = recurrent.hidden_size * (2 if recurrent.bidirectional else 1)
        self.head = nn.Linear(n_states * (3 if pooling == "concat" else 1), n_outputs)

    def states(self, sequences):
        """Give the states of the top layer for each sequence."""
        if len({len(sequence) for sequence in sequences}) == 1:
            return list(self.recurrent(torch.stack(sequences))[0])
        packed, _ = self.recurrent(pack_sequence(sequences, enforce_sorted=False))
        padded, lengths = pad_packed_sequence(packed, batch_first=True)
        return [h[:length] for h, length in zip(padded, lengths, strict=True)]

    def forward(self, sequences):
        """Give the scores."""
        return self.head(torch.stack([self.pool(h) for h in self.states(sequences)]))

    def set(self, state):
        """Set all weights."""
        names = {name: name_of(name) for name in self.state_dict()}
        self.load_state_dict({name: state[ours] for name, ours in names.items()})

    def named(self):
        """Give all parameters, by the names of the golden files."""
        return {name_of(name): value for name, value in self.named_parameters()}


def losses(loss, scores, y):
    """Give the loss of each sequence."""
    if loss == "binary":
        return nn.BCEWithLogitsLoss(reduction="none")(scores[:, 0], y.double())
    if loss in ("multinomial", "3-classes"):
        return nn.CrossEntropyLoss(reduction="none")(scores, y)
    if loss == "multilabel":
        return nn.BCEWithLogitsLoss(reduction="none")(scores, y.double()).sum(dim=1)
    if loss == "squared":
        return nn.MSELoss(reduction="none")(scores[:, 0], y) / 2
    return nn.MSELoss(reduction="none")(scores, y).mean(dim=1) / 2


def probabilities(loss, scores):
    """Give the probability of each class or label; nothing for a regressor."""
    if loss == "binary":
        return {"probabilities": torch.sigmoid(torch.cat([-scores, scores], dim=1))}
    if loss in ("multinomial", "3-classes"):
        return {"probabilities": torch.softmax(scores, dim=1)}
    if loss == "multilabel":
        return {"probabilities": torch.sigmoid(scores)}
    return {}


def draw(rng, module):
    """Draw weights for all parameters of a module."""
    return {
        name_of(name): torch.tensor(rng.uniform(-0.7, 0.7, tuple(parameter.shape)))
        for name, parameter in module.named_parameters()
    }


def record(tensors):
    """Put tensors into one structured array, each in the field of its name."""
    arrays = {name: tensor.detach().numpy() for name, tensor in tensors.items()}
    fields = [(name, array.dtype, array.shape) for name, array in arrays.items()]
    return np.array(tuple(arrays.values()), dtype=fields)


def evaluate(model, loss, sequences, y, sample_weight):
    """Give scores, probabilities, loss and all gradients."""
    leaves = [sequence.clone().requires_grad_() for sequence in sequences]
    model.zero_grad()
    scores = model(leaves)
    value = (sample_weight * losses(loss, scores, y)).mean()
    value.backward()
    gradients = {f"d_{name}": p.grad for name, p in model.named().items()}
    return {
        "scores": scores,
        **probabilities(loss, scores),
        "loss": value,
        "d_x": torch.cat([leaf.grad for leaf in leaves]),
        **gradients,
    }


def step(model, loss, sequences, y, sample_weight):
    """Take one step of gradient descent; give the weights after it."""
    named = model.named()
    biases = [
        (named[name.replace("hh", "ih")], bias)
        for name, bias in named.items()
        if name.startswith("bias_hh")
    ]
    is_gru = any(isinstance(module, nn.GRU) for module in model.modules())
    with torch.no_grad():
        for bias_ih, bias_hh in biases:
            n_frozen = 2 * len(bias_hh) // 3 if is_gru else None
            bias_ih[:n_frozen] += bias_hh[:n_frozen]
            bias_hh[:n_frozen] = 0
    model.zero_grad()
    (sample_weight * losses(loss, model(sequences), y)).mean().backward()
    for _, bias_hh in biases:
        bias_hh.grad[: 2 * len(bias_hh) // 3 if is_gru else None] = 0
    torch.optim.SGD(model.parameters(), lr=LEARNING_RATE).step()
    return named


def begin(rng, lengths, n_features, network):
    """Draw sequences, their weights and those of a network."""
    sequences = [
        torch.tensor(rng.standard_normal((length, n_features))) for length in lengths
    ]
    sample_weight = rng.uniform(0.3, 1.7, len(sequences))
    sample_weight = torch.tensor(sample_weight / sample_weight.mean())
    recurrent = draw(rng, network)
    golden = {
        "x": torch.cat(sequences),
        "lengths": torch.tensor(lengths),
        "sample_weight": sample_weight,
        "learning_rate": torch.tensor(LEARNING_RATE),
        **recurrent,
    }
    return sequences, sample_weight, recurrent, golden


def make(cell, n_layers, direction, layout, number):
    """Make one golden file."""
    name = f"{cell}-{n_layers}-{direction}-{layout}"
    rng = np.random.RandomState(SEEDS.get(name, number))
    network = CELLS[cell](
        N_FEATURES,
        HIDDEN_SIZE,
        num_layers=n_layers,
        bidirectional=DIRECTIONS[direction],
        batch_first=True,
    )
    steps = product(STEPPED, ("plain", "weighted"))
    targets = {loss: (TARGETS[loss], N_OUTPUTS[loss]) for loss in TARGETS}
    cases = list(product(POOLINGS, TARGETS))
    save(name, fill(rng, LENGTHS[layout], N_FEATURES, network, cases, targets, steps))


def make_ones(cell, sizes, number):
    """Make one golden file of sizes of one."""
    name = f"ones-{cell}-{sizes}"
    rng = np.random.RandomState(SEEDS_OF_ONES.get(name, number))
    hidden_sizes, n_features, direction, lengths = ONES[sizes]
    layers, n_in, bidirectional = [], n_features, DIRECTIONS[direction]
    for size in hidden_sizes:
        kind = {"bidirectional": bidirectional, "batch_first": True}
        layers.append(CELLS[cell](n_in, size, **kind))
        n_in = size * (1 + bidirectional)
    n, targets = len(lengths), {}
    for loss, y in TARGETS_OF_ONES.items():
        if loss == "squared":
            # One target alone has no deviation; zero is its mean.
            y = standardized(y[:n]) if n > 1 else (0.0,)
        targets[loss] = y[:n], N_OUTPUTS_OF_ONES[loss]
    network = Stack(layers)
    cases = CASES_OF_ONES, targets, STEPS_OF_ONES
    save(name, fill(rng, lengths, n_features, network, *cases))


def fill(rng, lengths, n_features, network, cases, targets, steps):
    """Give what stands in a golden file."""
    drawn = begin(rng, lengths, n_features, network)
    sequences, sample_weight, recurrent, golden = drawn
    steps = list(steps)
    for pooling, loss in cases:
        values, n_outputs = targets[loss]
        y = golden[f"y/{loss}"] = torch.tensor(values)
        model = Model(network, pooling, n_outputs)
        head = {f"head.{name}": value for name, value in draw(rng, model.head).items()}
        model.set({**recurrent, **head})
        golden["h"] = torch.cat(model.states(sequences)).detach()
        results = evaluate(model, loss, sequences, y, sample_weight)
        golden[f"head/{pooling}/{loss}"] = record(head)
        golden[f"case/{pooling}/{loss}"] = record(results)
        if pooling != "concat":
            continue
        means = {"plain": torch.ones(len(y)), "weighted": sample_weight}
        for mean in (mean for stepped, mean in steps if stepped == loss):
            model.set({**recurrent, **head})
            stepped = step(model, loss, sequences, y, means[mean])
            golden[f"sgd/{loss}/{mean}"] = record(stepped)
    return golden


def save(name, golden):
    """Write a golden file."""
    np.savez_compressed(Path(__file__).with_name(f"{name}.npz"), **golden)


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    for number, case in enumerate(product(CELLS, N_LAYERS, DIRECTIONS, LENGTHS)):
        make(*case, number)
    for number, case in enumerate(product(CELLS, ONES)):
        make_ones(*case, number)
