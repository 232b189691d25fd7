"""Make the golden files: what PyTorch computes, for tests that run without it.

Run ``python tests/golden/make_golden.py`` with NumPy and PyTorch (2.13 made the files
that are here). Nothing of skrnn is imported. There is a file for each cell and layout,
``<cell>-<layout>.npz``, all float64, with

=====================================  ================================================
``x`` (n_rows, n_features)             the sequences, one after the other
``lengths``, ``sample_weight`` (n,)    the latter with a mean of one
``learning_rate``                      of the step of gradient descent
``h`` (n_rows, hidden_size)            hidden state after each step, in the rows of `x`
``weight_ih_l0``, ...                  the recurrent weights, as PyTorch names them
``y/<loss>`` (n,)                      targets
``head/<pooling>/<loss>/...``          ``head.weight`` and ``head.bias``
``case/<pooling>/<loss>/...``          ``scores``, ``probabilities``, ``loss``, and the
                                       gradient ``d_...`` of `x` and of each weight
``sgd/<loss>/<mean>/...``              the weights after one step of gradient descent
                                       under "concat", ``bias_hh_l0`` frozen at zero
=====================================  ================================================

where ``<mean>`` says whether the step saw the plain or the weighted mean of the losses.
"""

from itertools import product
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence

N_FEATURES, HIDDEN_SIZE = 3, 5
CELLS = {
    "rnn-tanh": lambda: nn.RNN(N_FEATURES, HIDDEN_SIZE, batch_first=True),
    "rnn-relu": lambda: nn.RNN(
        N_FEATURES, HIDDEN_SIZE, batch_first=True, nonlinearity="relu"
    ),
    "lstm": lambda: nn.LSTM(N_FEATURES, HIDDEN_SIZE, batch_first=True),
}
LENGTHS = {"rectangular": (7, 7, 7, 7, 7, 7), "ragged": (4, 7, 1, 7, 3, 5)}
POOLINGS = {
    "last": lambda h: h[-1],
    "mean": lambda h: h.mean(dim=0),
    "max": lambda h: h.max(dim=0).values,
    "concat": lambda h: torch.cat([h[-1], h.mean(dim=0), h.max(dim=0).values]),
}
TARGETS = {"binary": (1, 0, 1, 1, 0, 0), "multinomial": (2, 0, 3, 1, 0, 2)}
N_OUTPUTS = {"binary": 1, "multinomial": 4}
LEARNING_RATE = 0.5


class Model(nn.Module):
    """A recurrent layer, pooling and a linear layer."""

    def __init__(self, cell, pooling, n_outputs):
        super().__init__()
        self.recurrent = CELLS[cell]()
        self.pool = POOLINGS[pooling]
        n_pooled = HIDDEN_SIZE * (3 if pooling == "concat" else 1)
        self.head = nn.Linear(n_pooled, n_outputs)

    def states(self, sequences):
        """Give the hidden states of each sequence."""
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
    return nn.CrossEntropyLoss(reduction="none")(scores, y)


def probabilities(loss, scores):
    """Give the probability of each class."""
    if loss == "binary":
        return torch.sigmoid(torch.cat([-scores, scores], dim=1))
    return torch.softmax(scores, dim=1)


def draw(rng, module):
    """Draw weights for all parameters of a module."""
    return {
        name: torch.tensor(rng.uniform(-0.7, 0.7, tuple(parameter.shape)))
        for name, parameter in module.named_parameters()
    }


def evaluate(model, loss, sequences, y, sample_weight):
    """Give scores, probabilities, loss and all gradients."""
    leaves = [sequence.clone().requires_grad_() for sequence in sequences]
    scores = model(leaves)
    value = (sample_weight * losses(loss, scores, y)).mean()
    value.backward()
    gradients = {f"d_{name}": p.grad for name, p in model.named().items()}
    return {
        "scores": scores,
        "probabilities": probabilities(loss, scores),
        "loss": value,
        "d_x": torch.cat([leaf.grad for leaf in leaves]),
        **gradients,
    }


def step(model, loss, sequences, y, sample_weight):
    """Take one step of gradient descent; give the weights after it."""
    recurrent = model.recurrent
    with torch.no_grad():
        recurrent.bias_ih_l0 += recurrent.bias_hh_l0
        recurrent.bias_hh_l0.zero_()
    recurrent.bias_hh_l0.requires_grad_(False)
    moving = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(moving, lr=LEARNING_RATE)
    (sample_weight * losses(loss, model(sequences), y)).mean().backward()
    optimizer.step()
    return model.named()


def make(cell, layout, seed):
    """Make one golden file."""
    rng = np.random.RandomState(seed)
    sequences = [
        torch.tensor(rng.standard_normal((length, N_FEATURES)))
        for length in LENGTHS[layout]
    ]
    sample_weight = rng.uniform(0.3, 1.7, len(sequences))
    sample_weight = torch.tensor(sample_weight / sample_weight.mean())
    recurrent = draw(rng, CELLS[cell]())
    golden = {
        "x": torch.cat(sequences),
        "lengths": torch.tensor(LENGTHS[layout]),
        "sample_weight": sample_weight,
        "learning_rate": torch.tensor(LEARNING_RATE),
        **recurrent,
    }
    for pooling, loss in product(POOLINGS, TARGETS):
        y = golden[f"y/{loss}"] = torch.tensor(TARGETS[loss])
        model = Model(cell, pooling, N_OUTPUTS[loss])
        head = {f"head.{name}": value for name, value in draw(rng, model.head).items()}
        model.set({**recurrent, **head})
        golden["h"] = torch.cat(model.states(sequences))
        results = evaluate(model, loss, sequences, y, sample_weight)
        for name, value in head.items():
            golden[f"head/{pooling}/{loss}/{name}"] = value
        for name, value in results.items():
            golden[f"case/{pooling}/{loss}/{name}"] = value
        if pooling == "concat":
            means = {"plain": torch.ones(len(y)), "weighted": sample_weight}
            for mean, weight in means.items():
                model.zero_grad()
                model.set({**recurrent, **head})
                for name, value in step(model, loss, sequences, y, weight).items():
                    golden[f"sgd/{loss}/{mean}/{name}"] = value.detach().clone()
    arrays = {name: value.detach().numpy() for name, value in golden.items()}
    np.savez_compressed(Path(__file__).with_name(f"{cell}-{layout}.npz"), **arrays)


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    for seed, (cell, layout) in enumerate(product(CELLS, LENGTHS)):
        make(cell, layout, seed)
