"""Estimators with their defaults, and the same recipe in other libraries.

The network is the plain one on both sides (`PLAIN` in `recipe.py`): the convolution,
the direct path and the second reading that an estimator may choose are left out, as the
others have none. All else is what a user gets.

Like those of `peers.py`, each function takes a `Task` and gives ``(fit,
predict_proba)``. All are given float64; what the others do in float32, they convert
in `fit` and in `predict_proba`, where they scale and cut patches too. Those of ragged
tasks and of two threads are here as well: they are the same.
"""

import os
from functools import partial

from tests.benchmarks.peers import Peer, fit_skrnn
from tests.benchmarks.recipe import (
    MAX_NORM,
    RECURRENT_DROPOUT,
    Preparation,
    Recipe,
)
from tests.benchmarks.tasks import N_CLASSES


def skrnn_peer(task):
    """Fit an estimator of this library with its defaults, but a plain network."""
    return fit_skrnn(task, n_jobs=task.n_threads)


def torch_peer(task, packed=False):
    """Train with a loop in PyTorch."""
    import torch

    from tests.benchmarks import torch_recipe

    torch.set_num_threads(task.n_threads)
    recipe = Recipe.of(task, N_CLASSES, packed=packed)

    def fit():
        torch.manual_seed(0)
        prepare = Preparation.of(task.X, task.patch_size)
        x, lengths = torch_recipe.as_tensors(*prepare(task.X))
        network = torch_recipe.Network(recipe)
        return torch_recipe.train(network, x, lengths, torch.from_numpy(task.y))

    network = torch_recipe.Network(recipe).eval()
    prepare = Preparation.of(task.X, task.patch_size)

    def predict_proba():
        x, lengths = torch_recipe.as_tensors(*prepare(task.first_batch))
        return torch_recipe.probabilities(network, x, lengths)

    return fit, predict_proba


def skorch_peer(task):
    """Fit skorch's wrapper around the network of PyTorch."""
    import skorch
    import torch
    from skorch.callbacks import GradientNormClipping, LRScheduler

    from tests.benchmarks.torch_recipe import Network

    torch.set_num_threads(task.n_threads)
    recipe = Recipe.of(task, N_CLASSES)
    schedule = partial(
        LRScheduler,
        "CosineAnnealingLR",
        T_max=task.n_epochs * task.n_batches,
        step_every="batch",
    )

    def fit():
        prepare = Preparation.of(task.X, task.patch_size)
        return skorch.NeuralNetClassifier(
            Network(recipe),
            criterion=torch.nn.CrossEntropyLoss,
            optimizer=torch.optim.Adam,
            optimizer__param_groups=[("*weight*", {"weight_decay": recipe.alpha})],
            lr=recipe.learning_rate,
            batch_size=task.batch_size,
            max_epochs=task.n_epochs,
            iterator_train__shuffle=True,
            callbacks=[GradientNormClipping(MAX_NORM), schedule()],
            train_split=None,
            verbose=0,
        ).fit(prepare(task.X)[0], task.y)

    estimator, prepare = fit(), Preparation.of(task.X, task.patch_size)
    return fit, lambda: estimator.predict_proba(prepare(task.first_batch)[0])


def keras_peer(task):
    """Fit a model of Keras on JAX, which has been compiled before.

    Its layers have recurrent dropout: nothing is left out.
    """
    os.environ["KERAS_BACKEND"] = "jax"
    model = _keras_model(Recipe.of(task, N_CLASSES), task.n_batches)
    model.optimizer.build(model.trainable_variables)
    variables = [*model.variables, *model.optimizer.variables]
    initial = [variable.numpy() for variable in variables]

    def fit():
        for variable, value in zip(variables, initial, strict=True):
            variable.assign(value)
        prepare = Preparation.of(task.X, task.patch_size)
        model.fit(
            prepare(task.X)[0],
            task.y,
            batch_size=task.batch_size,
            epochs=task.n_epochs,
            verbose=0,
        )
        return model

    prepare = Preparation.of(task.X, task.patch_size)
    return fit, lambda: model.predict_on_batch(prepare(task.first_batch)[0])


def _keras_model(recipe, n_batches):
    import keras
    from keras import layers

    # Theirs is the factor of the sum of squares, ours of half of it.
    l2, H = keras.regularizers.L2(recipe.alpha / 2), recipe.hidden_size
    kind = {"rnn": layers.SimpleRNN, "lstm": layers.LSTM, "gru": layers.GRU}
    x = h = keras.Input((None, recipe.patch_size * recipe.n_features))
    for k in range(recipe.n_layers):
        layer = kind[recipe.cell](
            H,
            return_sequences=True,
            recurrent_dropout=RECURRENT_DROPOUT[recipe.cell],
            kernel_regularizer=l2,
            recurrent_regularizer=l2,
        )
        h = layers.Dropout(recipe.dropout)(h) if k else h
        h = (layers.Bidirectional(layer) if recipe.bidirectional else layer)(h)
    last = [h[:, -1, :H], h[:, 0, H:]] if recipe.bidirectional else [h[:, -1]]
    mean, largest = layers.GlobalAveragePooling1D()(h), layers.GlobalMaxPooling1D()(h)
    pooled = layers.Dropout(recipe.dropout)(
        layers.Concatenate()([*last, mean, largest])
    )
    model = keras.Model(
        x,
        layers.Dense(recipe.n_classes, "softmax", kernel_regularizer=l2)(pooled),
    )
    rate = keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate, recipe.n_epochs * n_batches
    )
    model.compile(
        keras.optimizers.Adam(rate, global_clipnorm=MAX_NORM),
        "sparse_categorical_crossentropy",
    )
    return model


#: By name, what makes each peer, and what has to be installed.
DEFAULTS_PEERS = {
    "skrnn": Peer(skrnn_peer, "skrnn"),
    "PyTorch": Peer(torch_peer, "torch"),
    "skorch": Peer(skorch_peer, "skorch", "torch"),
    "Keras": Peer(keras_peer, "keras", "jax"),
}
RAGGED_PEERS = {
    "skrnn": Peer(skrnn_peer, "skrnn"),
    "PyTorch packed": Peer(partial(torch_peer, packed=True), "torch"),
    "PyTorch padded": Peer(torch_peer, "torch"),
}
TWO_CORES_PEERS = {
    "skrnn": Peer(skrnn_peer, "skrnn"),
    "PyTorch": Peer(torch_peer, "torch"),
}
