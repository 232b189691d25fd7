"""A recurrent network of PyTorch with the usual recipe.

Adam at 1e-3, batches of 32, up to 100 epochs, 20 % held out, training ends after ten
epochs without a better loss on them and the best weights are kept; the last state goes
to a linear head; initial weights are PyTorch's; nothing is scaled.
"""

import numpy as np
import torch
from sklearn.model_selection import train_test_split

HIDDEN_SIZE, RATE, BATCH_SIZE, N_EPOCHS, PATIENCE = 32, 1e-3, 32, 100, 10
HELD_OUT = 0.2


class Network(torch.nn.Module):
    """Reads an array of sequences, a list, or a padded array and the lengths."""

    def __init__(self, kind, n_features, n_classes):
        super().__init__()
        self.body = getattr(torch.nn, kind)(n_features, HIDDEN_SIZE, batch_first=True)
        self.head = torch.nn.Linear(HIDDEN_SIZE, n_classes)

    def forward(self, sequences, lengths=None):
        if isinstance(sequences, list):
            sequences = torch.nn.utils.rnn.pack_sequence(
                sequences, enforce_sorted=False
            )
        elif lengths is not None:
            sequences = torch.nn.utils.rnn.pack_padded_sequence(
                sequences, lengths, batch_first=True, enforce_sorted=False
            )
        _, state = self.body(sequences)
        last = state[0] if isinstance(state, tuple) else state
        return self.head(last[-1])


class UsualRecipe:
    """What of scikit-learn's manners the benchmark needs.

    `after_epoch` is called with the network.
    """

    def __init__(self, kind, random_state, after_epoch=None):
        self.kind, self.random_state = kind, random_state
        self.after_epoch = after_epoch

    def fit(self, X, y):
        torch.set_num_threads(1)
        torch.manual_seed(self.random_state)
        rng = np.random.default_rng(self.random_state)
        self.classes_, codes = np.unique(y, return_inverse=True)
        X, y = tensors(X), torch.tensor(codes)
        learn, held_out = train_test_split(
            np.arange(len(X)),
            test_size=HELD_OUT,
            random_state=self.random_state,
            stratify=codes if np.bincount(codes).min() >= 5 else None,
        )
        network = Network(self.kind, X[0].shape[1], len(self.classes_))
        optimizer = torch.optim.Adam(network.parameters(), RATE)
        best, n_idle = np.inf, 0
        for _ in range(N_EPOCHS):
            order = rng.permutation(learn)
            for rows in np.array_split(order, -(-len(order) // BATCH_SIZE)):
                optimizer.zero_grad()
                loss(network, X, y, rows).backward()
                optimizer.step()
            with torch.no_grad():
                value = loss(network, X, y, held_out).item()
            n_idle += 1
            if value < best:
                best, n_idle = value, 0
                state = {name: v.clone() for name, v in network.state_dict().items()}
            if self.after_epoch is not None:
                self.after_epoch(network)
            if n_idle == PATIENCE:
                break
        network.load_state_dict(state)
        self.network = network
        return self

    def predict_proba(self, X):
        with torch.no_grad():
            return self.network(tensors(X)).softmax(dim=1).numpy()

    def score(self, X, y):
        found = self.predict_proba(X).argmax(axis=1)
        return float(np.mean(self.classes_[found] == y))


class UsualSkorch:
    """The same with skorch, which pads lists."""

    def __init__(self, kind, random_state, after_epoch=None):
        self.kind, self.random_state = kind, random_state
        self.after_epoch = after_epoch

    def fit(self, X, y):
        import skorch
        from skorch.callbacks import Callback, EarlyStopping

        after_epoch = self.after_epoch or (lambda network: None)

        class AfterEpoch(Callback):
            def on_epoch_end(self, net, **options):
                after_epoch(net.module_)

        torch.set_num_threads(1)
        torch.manual_seed(self.random_state)
        self.classes_, codes = np.unique(y, return_inverse=True)
        self.model = skorch.NeuralNetClassifier(
            Network(self.kind, X[0].shape[1], len(self.classes_)),
            criterion=torch.nn.CrossEntropyLoss,
            optimizer=torch.optim.Adam,
            lr=RATE,
            batch_size=BATCH_SIZE,
            max_epochs=N_EPOCHS,
            iterator_train__shuffle=True,
            train_split=skorch.dataset.ValidSplit(HELD_OUT, stratified=True),
            # The second ends training at once, by an exception.
            callbacks=[AfterEpoch(), EarlyStopping(patience=PATIENCE, load_best=True)],
            verbose=0,
        ).fit(padded(X), codes)
        self.network = self.model.module_
        return self

    def score(self, X, y):
        found = self.model.predict_proba(padded(X)).argmax(axis=1)
        return float(np.mean(self.classes_[found] == y))


def loss(network, X, y, rows):
    scores = network([X[i] for i in rows] if isinstance(X, list) else X[rows])
    return torch.nn.functional.cross_entropy(scores, y[rows])


def tensors(X):
    """Return a tensor of an array, or a list of tensors of a list."""
    if isinstance(X, list):
        return [torch.tensor(np.asarray(x, dtype=np.float32)) for x in X]
    return torch.tensor(np.asarray(X, dtype=np.float32))


def padded(X):
    """Return the arguments of a network by name, lists filled up with zeros."""
    if not isinstance(X, list):
        return {"sequences": np.asarray(X, np.float32)}
    lengths = np.array([len(x) for x in X])
    block = torch.nn.utils.rnn.pad_sequence(tensors(X), batch_first=True)
    return {"sequences": block.numpy(), "lengths": lengths}
