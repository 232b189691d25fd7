"""The same network and training in other libraries, for "kernels" of `speed.py`.

Each function takes a `Task` and gives ``(fit, predict_proba)``, two functions of no
arguments: `fit` trains a new network as the task says, from the shuffling of the
sequences to the last step of Adam, and `predict_proba` reads the first batch with one
that has been made before. Whatever is compiled has been compiled by then.
"""

import io
import warnings
from importlib.util import find_spec

import numpy as np

from tests.benchmarks.recipe import plain
from tests.benchmarks.tasks import N_CLASSES

MAX_NORM, LEARNING_RATE = 1.0, 0.001


class Peer:
    """What makes the jobs of a library from a `Task`, and the packages it needs."""

    def __init__(self, make, *packages):
        self.make, self.packages = make, packages

    @property
    def is_installed(self):
        """Whether it can be made."""
        return all(find_spec(package) for package in self.packages)


def skrnn_peer(task):
    """Fit an estimator of this library, with the settings that the others have."""
    return fit_skrnn(
        task,
        pooling="last",
        learning_rate="constant",
        learning_rate_init=LEARNING_RATE,
        max_grad_norm=MAX_NORM,
        alpha=0.0,
        dropout=0.0,
        recurrent_dropout=0.0,
        patch_size=1,
    )


def fit_skrnn(task, **settings):
    """Fit a plain estimator of this library for as many epochs as the task says."""
    import skrnn

    kind = getattr(skrnn, f"{task.cell.upper()}Classifier")

    def fit():
        return kind(
            task.hidden_size,
            n_layers=task.n_layers,
            bidirectional=task.bidirectional,
            batch_size=task.batch_size,
            max_iter=task.n_epochs,
            n_iter_no_change=np.inf,
            random_state=0,
            **plain(kind),
            **settings,
        ).fit(task.X, task.y)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator = fit()
    return fit, lambda: estimator.predict_proba(task.first_batch)


def torch_peer(task):
    """Train with the loop that PyTorch's tutorials teach."""
    import torch

    torch.set_num_threads(1)
    X, y = torch.from_numpy(task.X), torch.from_numpy(task.y)

    def fit():
        model = _torch_model(task)
        optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
        loss = torch.nn.CrossEntropyLoss()
        model.train()
        for _ in range(task.n_epochs):
            for rows in torch.randperm(len(X)).split(task.batch_size):
                optimizer.zero_grad()
                loss(model(X[rows]), y[rows]).backward()
                torch.nn.utils.clip_grad_norm_(model.parameters(), MAX_NORM)
                optimizer.step()
        return model

    model = _torch_model(task).eval()

    def predict_proba():
        with torch.no_grad():
            return model(torch.from_numpy(task.first_batch)).softmax(1).numpy()

    return fit, predict_proba


def skorch_peer(task):
    """Fit skorch's wrapper around the same module."""
    import skorch
    import torch
    from skorch.callbacks import GradientNormClipping

    torch.set_num_threads(1)

    def fit():
        return skorch.NeuralNetClassifier(
            _torch_model(task),
            criterion=torch.nn.CrossEntropyLoss,
            optimizer=torch.optim.Adam,
            lr=LEARNING_RATE,
            batch_size=task.batch_size,
            max_epochs=task.n_epochs,
            iterator_train__shuffle=True,
            callbacks=[GradientNormClipping(MAX_NORM)],
            train_split=None,
            verbose=0,
        ).fit(task.X, task.y)

    estimator = fit()
    return fit, lambda: estimator.predict_proba(task.first_batch)


def jax_peer(task):
    """Train with a jitted step around a scan."""
    import jax
    import jax.numpy as jnp

    init, scores = _jax_network(task)

    def loss(params, x, y):
        log_p = jax.nn.log_softmax(scores(params, x))
        return -log_p[jnp.arange(len(y)), y].mean()

    @jax.jit
    def step(params, m, v, t, x, y):
        grads = jax.grad(loss)(params, x, y)
        norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(grads)))
        scale = jnp.minimum(1.0, MAX_NORM / norm)
        grads = jax.tree.map(lambda g: g * scale, grads)
        m = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, m, grads)
        v = jax.tree.map(lambda a, g: 0.999 * a + 0.001 * g * g, v, grads)
        rate = LEARNING_RATE * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        params = jax.tree.map(
            lambda p, a, b: p - rate * a / (jnp.sqrt(b) + 1e-8), params, m, v
        )
        return params, m, v

    def fit():
        rng = np.random.default_rng(0)
        params, t = init(rng), 0
        m = v = jax.tree.map(jnp.zeros_like, params)
        for _ in range(task.n_epochs):
            order = rng.permutation(len(task.X))
            for rows in order.reshape(-1, task.batch_size):
                t += 1
                params, m, v = step(params, m, v, t, task.X[rows], task.y[rows])
        return jax.block_until_ready(params)

    params = init(np.random.default_rng(0))
    probabilities = jax.jit(lambda params, x: jax.nn.softmax(scores(params, x)))
    return fit, lambda: np.asarray(probabilities(params, task.first_batch))


def onnxruntime_peer(task):
    """Run PyTorch's network, exported: there is no training."""
    import onnxruntime
    import torch

    model = torch.nn.Sequential(_torch_model(task), torch.nn.Softmax(1)).eval()
    file = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model, (torch.from_numpy(task.first_batch),), file, dynamo=False
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(file.getvalue(), options)
    (name,) = (given.name for given in session.get_inputs())
    return None, lambda: session.run(None, {name: task.first_batch})[0]


def _torch_model(task):
    import torch

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = getattr(torch.nn, task.cell.upper())(
                task.X.shape[2],
                task.hidden_size,
                task.n_layers,
                batch_first=True,
                bidirectional=task.bidirectional,
            )
            width = task.hidden_size * (1 + task.bidirectional)
            self.head = torch.nn.Linear(width, N_CLASSES)

        def forward(self, x):
            h, _ = self.layers(x)
            if not task.bidirectional:
                return self.head(h[:, -1])
            H = task.hidden_size
            return self.head(torch.cat([h[:, -1, :H], h[:, 0, H:]], dim=1))

    torch.manual_seed(0)
    return Model()


def _jax_network(task):
    """Give ``init(rng) -> params`` and ``scores(params, x)``."""
    import jax
    import jax.numpy as jnp

    H, directions = task.hidden_size, 1 + task.bidirectional
    n_gates = {"rnn": 1, "gru": 3, "lstm": 4}[task.cell]

    def rnn(W, state, x):
        (h,) = state
        return (jnp.tanh(x + h @ W),)

    def lstm(W, state, x):
        h, c = state
        i, f, g, o = jnp.split(x + h @ W, 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return jax.nn.sigmoid(o) * jnp.tanh(c), c

    def gru(W, state, x):
        (h,) = state
        h_r, h_z, h_n = jnp.split(h @ W, 3, axis=1)
        x_r, x_z, x_n = jnp.split(x, 3, axis=1)
        r, z = jax.nn.sigmoid(x_r + h_r), jax.nn.sigmoid(x_z + h_z)
        n = jnp.tanh(x_n + r * h_n)
        return ((1 - z) * n + z * h,)

    cell = {"rnn": rnn, "lstm": lstm, "gru": gru}[task.cell]

    def init(rng):
        def weights(*shape):
            bound = shape[0] ** -0.5
            return jnp.asarray(rng.uniform(-bound, bound, shape), jnp.float32)

        sizes = [task.X.shape[2]] + [directions * H] * (task.n_layers - 1)
        layers = [
            [
                (weights(d, n_gates * H), weights(n_gates * H), weights(H, n_gates * H))
                for _ in range(directions)
            ]
            for d in sizes
        ]
        return layers, weights(directions * H, N_CLASSES), weights(N_CLASSES)

    def read(W_x, b, W_h, x):
        def step(state, x):
            state = cell(W_h, state, x)
            return state, state[0]

        start = (jnp.zeros((x.shape[1], H)),) * (2 if task.cell == "lstm" else 1)
        return jax.lax.scan(step, start, x @ W_x + b)[1]

    def scores(params, x):
        layers, W, b = params
        x = x.swapaxes(0, 1)
        for one in layers:
            states = [read(*one[0], x)]
            if task.bidirectional:
                states.append(read(*one[1], x[::-1])[::-1])
            x = jnp.concatenate(states, axis=2)
        last = jnp.concatenate([x[-1, :, :H], x[0, :, H:]], axis=1)
        return last @ W + b

    return init, scores


#: By name, what makes each peer, and what has to be installed.
PEERS = {
    "skrnn": Peer(skrnn_peer, "skrnn"),
    "PyTorch": Peer(torch_peer, "torch"),
    "skorch": Peer(skorch_peer, "skorch", "torch"),
    "JAX": Peer(jax_peer, "jax"),
    "onnxruntime": Peer(onnxruntime_peer, "onnxruntime", "torch"),
}
