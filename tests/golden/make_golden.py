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
    "last": lambda h: torch.cat([h[-1, :HIDDEN_SIZE], h[0, HIDDEN_SIZE:]]),
    "mean": lambda h: h.mean(dim=0),
    "max": lambda h: h.max(dim=0).values,
    "concat": lambda h: torch.cat(
        [POOLINGS[pooling](h) for pooling in ("last", "mean", "max")]
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


class Model(nn.Module):
    """A recurrent network, pooling and a linear layer."""

    def __init__(self, recurrent, pooling, n_outputs):
        super().__init__()
        self.recurrent = recurrent
        self.pool = POOLINGS[pooling]
        n_states = HIDDEN_SIZE * (2 if recurrent.bidirectional else 1)
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
        self.load_state_dict(
            {
                name if name.startswith("head.") else f"recurrent.{name}": value
                for name, value in state.items()
            }
        )

    def named(self):
        """Give all parameters, by the names of the golden files."""
        return {
            name.removeprefix("recurrent."): parameter
            for name, parameter in self.named_parameters()
        }


def losses(loss, scores, y):
    """Give the loss of each sequence."""
    if loss == "binary":
        return nn.BCEWithLogitsLoss(reduction="none")(scores[:, 0], y.double())
    if loss == "multinomial":
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
    if loss == "multinomial":
        return {"probabilities": torch.softmax(scores, dim=1)}
    if loss == "multilabel":
        return {"probabilities": torch.sigmoid(scores)}
    return {}


def draw(rng, module):
    """Draw weights for all parameters of a module."""
    return {
        name: torch.tensor(rng.uniform(-0.7, 0.7, tuple(parameter.shape)))
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
    n_frozen = 2 * HIDDEN_SIZE if isinstance(model.recurrent, nn.GRU) else None
    with torch.no_grad():
        for bias_ih, bias_hh in biases:
            bias_ih[:n_frozen] += bias_hh[:n_frozen]
            bias_hh[:n_frozen] = 0
    model.zero_grad()
    (sample_weight * losses(loss, model(sequences), y)).mean().backward()
    for _, bias_hh in biases:
        bias_hh.grad[:n_frozen] = 0
    torch.optim.SGD(model.parameters(), lr=LEARNING_RATE).step()
    return named


def make(cell, n_layers, direction, layout, number):
    """Make one golden file."""
    name = f"{cell}-{n_layers}-{direction}-{layout}"
    rng = np.random.RandomState(SEEDS.get(name, number))
    sequences = [
        torch.tensor(rng.standard_normal((length, N_FEATURES)))
        for length in LENGTHS[layout]
    ]
    sample_weight = rng.uniform(0.3, 1.7, len(sequences))
    sample_weight = torch.tensor(sample_weight / sample_weight.mean())
    network = CELLS[cell](
        N_FEATURES,
        HIDDEN_SIZE,
        num_layers=n_layers,
        bidirectional=DIRECTIONS[direction],
        batch_first=True,
    )
    recurrent = draw(rng, network)
    golden = {
        "x": torch.cat(sequences),
        "lengths": torch.tensor(LENGTHS[layout]),
        "sample_weight": sample_weight,
        "learning_rate": torch.tensor(LEARNING_RATE),
        **recurrent,
    }
    for pooling, loss in product(POOLINGS, TARGETS):
        y = golden[f"y/{loss}"] = torch.tensor(TARGETS[loss])
        model = Model(network, pooling, N_OUTPUTS[loss])
        head = {f"head.{name}": value for name, value in draw(rng, model.head).items()}
        model.set({**recurrent, **head})
        golden["h"] = torch.cat(model.states(sequences)).detach()
        results = evaluate(model, loss, sequences, y, sample_weight)
        golden[f"head/{pooling}/{loss}"] = record(head)
        golden[f"case/{pooling}/{loss}"] = record(results)
        if pooling == "concat" and loss in STEPPED:
            means = {"plain": torch.ones(len(y)), "weighted": sample_weight}
            for mean, weight in means.items():
                model.set({**recurrent, **head})
                stepped = step(model, loss, sequences, y, weight)
                golden[f"sgd/{loss}/{mean}"] = record(stepped)
    np.savez_compressed(Path(__file__).with_name(f"{name}.npz"), **golden)


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    for number, case in enumerate(product(CELLS, N_LAYERS, DIRECTIONS, LENGTHS)):
        make(*case, number)
