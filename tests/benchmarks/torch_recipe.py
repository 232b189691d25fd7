"""The recipe of `recipe.py` in PyTorch: the network and the training loop.

The network is the plain one (`PLAIN`): skrnn's has no convolution beside it either.
"""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from tests.benchmarks.recipe import KEEPS, MAX_NORM, N_GATES


class Network(nn.Module):
    """Layers, concat pooling (last, mean, max), dropout, a linear head."""

    def __init__(self, recipe):
        super().__init__()
        self.recipe = recipe
        self.body = getattr(nn, recipe.cell.upper())(
            recipe.patch_size * recipe.n_features,
            recipe.hidden_size,
            recipe.n_layers,
            batch_first=True,
            bidirectional=recipe.bidirectional,
            dropout=recipe.dropout if recipe.n_layers > 1 else 0.0,
        )
        self.dropout = nn.Dropout(recipe.dropout)
        width = 3 * recipe.hidden_size * (1 + recipe.bidirectional)
        self.head = nn.Linear(width, recipe.n_classes)
        self._init_weights()

    def _init_weights(self):
        """Draw weights gate by gate: Glorot uniform, orthogonal, a one that keeps."""
        cell = self.recipe.cell
        for name, values in self.body.named_parameters():
            for k, gate in enumerate(values.chunk(N_GATES[cell])):
                if "weight_ih" in name:
                    nn.init.xavier_uniform_(gate)
                elif "weight_hh" in name:
                    nn.init.orthogonal_(gate)
                else:
                    keeps = "bias_ih" in name and k == KEEPS.get(cell)
                    nn.init.constant_(gate, float(keeps))
        nn.init.xavier_uniform_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, x, lengths=None):
        if lengths is None:
            h, _ = self.body(x)
            pooled = [self._last(h), h.mean(1), h.max(1).values]
        else:
            pooled = self._pool_ragged(x, lengths)
        return self.head(self.dropout(torch.cat(pooled, dim=1)))

    def _last(self, h):
        """Return the last state of each direction, in the order in which it reads."""
        if not self.recipe.bidirectional:
            return h[:, -1]
        H = self.recipe.hidden_size
        return torch.cat([h[:, -1, :H], h[:, 0, H:]], dim=1)

    def _pool_ragged(self, x, lengths):
        """Pool one direction over the steps that each sequence has."""
        steps, count = torch.arange(x.shape[1]), lengths[:, None]
        beyond = (steps >= count)[:, :, None]
        if self.recipe.packed:
            packed = pack_padded_sequence(
                x, lengths, batch_first=True, enforce_sorted=False
            )
            h, _ = pad_packed_sequence(self.body(packed)[0], batch_first=True)
            total = h.sum(1)
        else:
            h, _ = self.body(x)
            total = (h * ~beyond).sum(1)
        last = h[torch.arange(len(h)), lengths - 1]
        largest = h.masked_fill(beyond, -torch.inf).max(1).values
        return [last, total / count, largest]


def as_tensors(block, lengths):
    """Return what a `Preparation` makes as tensors."""
    x = torch.from_numpy(block)
    return x, None if lengths is None else torch.from_numpy(lengths)


def batch(x, lengths, rows):
    """Return the arguments of a network for some sequences, cut to the longest."""
    if lengths is None:
        return (x[rows],)
    lengths = lengths[rows]
    return x[rows, : lengths.max()], lengths


def parameter_groups(network):
    """Return the parameters in two groups: biases are not penalised."""
    named = list(network.named_parameters())
    weights = [values for name, values in named if "weight" in name]
    biases = [values for name, values in named if "bias" in name]
    alpha = network.recipe.alpha
    return [{"params": weights, "weight_decay": alpha}, {"params": biases}]


def train(network, x, lengths, y, after_epoch=None):
    """Train a network as its recipe says: Adam, clipping, a cosine schedule."""
    recipe = network.recipe
    n_batches = -(-len(y) // recipe.batch_size)
    optimizer = torch.optim.Adam(parameter_groups(network), recipe.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(
        optimizer, recipe.n_epochs * n_batches
    )
    loss = nn.CrossEntropyLoss()
    network.train()
    for _ in range(recipe.n_epochs):
        for rows in torch.randperm(len(y)).tensor_split(n_batches):
            optimizer.zero_grad()
            loss(network(*batch(x, lengths, rows)), y[rows]).backward()
            nn.utils.clip_grad_norm_(network.parameters(), MAX_NORM)
            optimizer.step()
            schedule.step()
        if after_epoch is not None:
            after_epoch(network)
    return network


def probabilities(network, x, lengths):
    """Compute probabilities without gradients, as an array."""
    with torch.no_grad():
        arguments = (x,) if lengths is None else (x, lengths)
        return network(*arguments).softmax(1).numpy()
