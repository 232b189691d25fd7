"""Weights under the names, shapes and gate order of PyTorch.

PyTorch is not needed: the weights are dicts of arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skrnn.cells import GRUCell, LSTMCell, RNNCell
from skrnn.cells.checks import float_type
from skrnn.estimators.introspection import check_is_network
from skrnn.fitting.fitted_state import fitted_network
from skrnn.network.folding import fold, unfold
from skrnn.parameters.auto import choose_dtype
from skrnn.validation.arrays import as_array

if TYPE_CHECKING:
    from skrnn.estimators.base import BaseRecurrent
    from skrnn.utils.typing import Array

    Network = TypeVar("Network", bound=BaseRecurrent)

#: Gates of each cell, in the order of PyTorch.
TORCH_GATES = {
    RNNCell: ("h",),
    LSTMCell: ("i", "f", "g", "o"),
    GRUCell: ("r", "z", "n"),
}


def _folded(network):
    """Return the names of the arrays that the scale of the features is folded into.

    They are float64; the type of the weights is seen from the others.
    """
    if network.input.mean is None:
        return set()
    ends, kinds = ("", "_reverse"), ("weight_ih", "bias_ih")
    lowest = {f"{kind}_l0{end}" for kind in kinds for end in ends}
    if network.convolution:
        lowest = {f"convolution.{name}" for name in network.convolution.shapes}
    reads_raw = network.input.linear_steps or "facts" in network.front
    return lowest | ({"head.weight", "head.bias"} if reads_raw else set())


def torch_state(estimator: BaseRecurrent) -> dict[str, Array]:
    """Return the weights of a fitted estimator as PyTorch names and orders them.

    Read more in the :ref:`User Guide <guide_pytorch>`.

    Parameters
    ----------
    estimator : estimator
        A fitted skrnn estimator.

    Returns
    -------
    dict of str to ndarray
        ``weight_ih_l0`` (gates * hidden_size, ``patch_size_`` * n_features, or twice it
        with ``own_scale_``: each step has its features, then the same less their mean
        over the sequence, over their deviation in it; with
        ``missing_values="forward_fill"`` a step has its features, filled, then a mark
        for each, 0.1 where it was missing, then 0.1 times its age ``k / (k + 1)``, k
        the steps since it was seen; those on their own scale stand behind the ages),
        ``weight_hh_l0`` (gates * hidden_size, hidden_size), ``bias_ih_l0`` and
        ``bias_hh_l0`` (gates * hidden_size,) as in ``torch.nn.RNN``, ``LSTM`` and
        ``GRU``, then those of ``l1`` and so on, each followed by ``..._reverse`` of a
        bidirectional network, and ``head.weight`` (n_outputs, pooled features) and
        ``head.bias`` (n_outputs,). There is one bias a gate here, so that ``bias_hh``
        is zero, but for the candidate of a GRU. With "concat" the pooled features are
        last, then mean, then max; each is forward, then reverse; behind them are the
        ``static_features_``, which are no features of a step here, and with gaps a mark
        for each, 1 where it is not known, then the
        ``linear_steps_ * n_features`` numbers of the last steps, the newest first, and
        ``feature_mean_`` where a sequence has no such step. Two classes have one
        output.
        Where features are categories, ``embedding.weight`` (1 + categories, size) has
        their vectors, the first row that of what is unknown, and rows in the order of
        ``categories_``; of several such features they are ``embedding.0.weight`` and so
        on. The features of a step are then those that are no categories, and behind
        them the vectors; last steps and the own scale are of the former alone.
        With ``n_filters_`` there are ``convolution.W`` (``n_filters_``, twice what the
        lowest layer reads without) and ``convolution.b`` (``n_filters_``,). A filter
        reads 2 ``patch_size_`` steps side by side, the oldest first: ``y = relu(W x +
        b)``. In each patch it does so at up to three places, evenly spaced, the last of
        them the end of the patch. The lowest layer reads the largest y of each patch.
        The mean and the largest y of the sequence stand behind the pooled features,
        before the last steps.
        The scale of the features is folded into the lowest layer, or the convolution
        below it, and into what the head has for static features and for the last
        steps, so that they read raw features: ``patch_size_`` steps side by side, where
        that is more than one, and ``feature_mean_`` in the place of steps that are
        missing in a last patch, and of the steps before the first; marks,
        ages and what is on its own scale are 0 there.
        The arrays that have a scale folded in are float64, all others of the type of
        the weights.
        A regressor's outputs are on the scale of its training: times
        ``target_scale_``, plus ``target_mean_``, they are its predictions; with
        "poisson" and "gamma" the exponential of that is. Of several quantiles those of
        the first target come first, and predictions are sorted.

    Examples
    --------
    >>> from skrnn import LSTMClassifier
    >>> from skrnn.datasets import make_sign_of_sum
    >>> X, y = make_sign_of_sum(n_samples=50, random_state=0)
    >>> clf = LSTMClassifier(hidden_size=8, max_iter=20, random_state=0).fit(X, y)
    >>> {name: array.shape for name, array in torch_state(clf).items()}
    {'weight_ih_l0': (32, 1), 'weight_hh_l0': (32, 8), 'bias_ih_l0': (32,),
     'bias_hh_l0': (32,), 'head.weight': (1, 24), 'head.bias': (1,)}
    """
    check_is_network(estimator, "torch_state")
    check_is_fitted(estimator)
    network = fitted_network(estimator)
    state = vector_to_state(network, fold(network, estimator.weights_))
    folded, dtype = _folded(network), estimator.weights_.dtype
    return {
        name: array if name in folded else array.astype(dtype, copy=False)
        for name, array in state.items()
    }


def load_torch_state(estimator: Network, state: Mapping[str, Any]) -> Network:
    """Load weights that PyTorch named and ordered into a fitted estimator.

    Read more in the :ref:`User Guide <guide_pytorch>`.

    Parameters
    ----------
    estimator : estimator
        A fitted skrnn estimator; its architecture must be that of the weights. It goes
        on putting its own ``feature_mean_`` in the place of steps that are missing.
    state : dict of str to array-like
        As from `torch_state`, or the ``state_dict`` of a module with an ``RNN``,
        ``LSTM`` or ``GRU`` and a ``Linear`` named ``head``, the prefix of the former
        taken off.

    Returns
    -------
    estimator
        The same, with the new weights; what its optimizer remembered is forgotten.
        They are float64 if they were, or if any array of `state` is that has no scale
        folded in; a `dtype` other than "auto" decides by itself.
    """
    arrays = _check_state(state, torch_state(estimator), type(estimator).__name__)
    network = fitted_network(estimator)
    folded = _folded(network)
    kinds = [
        float_type(array.dtype) or np.float64
        for name, array in arrays.items()
        if name not in folded
    ]
    dtype = choose_dtype(estimator, estimator.weights_.dtype, *kinds)
    with np.errstate(over="ignore"):
        weights = unfold(network, state_to_vector(network, arrays)).astype(dtype)
    if not np.isfinite(weights).all():
        raise ValueError(
            f"The state has weights that are too large for the {dtype} of this "
            f"{type(estimator).__name__}. Set its dtype to 'float64', or scale them "
            "down."
        )
    vars(estimator).update(weights_=weights, optimizer_state_={})
    return estimator


def vector_to_state(network, vector):
    """Return the parts of a flat vector as PyTorch names and orders them.

    PyTorch adds two biases for each gate. Here there is one, which becomes
    ``bias_ih``, and ``bias_hh`` is zero except for the candidate of a GRU, where the
    two are added at different places.
    """
    head, state = network.layout.views(vector)["head"], {}
    for suffix, cell, views in _torch_layers(network, vector):
        W_x, b, W_h = cell.split(views)
        rows = _rows_in_torch_order(cell)
        state[f"weight_ih_{suffix}"] = W_x[rows]
        state[f"weight_hh_{suffix}"] = W_h[rows]
        state[f"bias_ih_{suffix}"] = b[rows]
        second = state[f"bias_hh_{suffix}"] = np.zeros_like(b)
        if "b_hn" in views:
            second[-cell.hidden_size :] = views["b_hn"]
    for name, values in _beside_layers_and_head(network, vector):
        state[name] = values.copy()
    state["head.weight"] = head["W"].copy()
    state["head.bias"] = head["b"].copy()
    return state


def state_to_vector(network, state):
    """Return the flat vector of arrays that PyTorch named and ordered."""
    weights = np.empty(network.layout.size)
    head = network.layout.views(weights)["head"]
    for suffix, cell, views in _torch_layers(network, weights):
        W_x, b, W_h = cell.split(views)
        rows = _rows_in_torch_order(cell)
        W_x[rows] = state[f"weight_ih_{suffix}"]
        W_h[rows] = state[f"weight_hh_{suffix}"]
        second = np.array(state[f"bias_hh_{suffix}"])
        if "b_hn" in views:
            views["b_hn"][...] = second[-cell.hidden_size :]
            second[-cell.hidden_size :] = 0.0
        b[rows] = state[f"bias_ih_{suffix}"] + second
    for name, values in _beside_layers_and_head(network, weights):
        values[...] = state[name]
    head["W"][...] = state["head.weight"]
    head["b"][...] = state["head.bias"]
    return weights


def _torch_layers(network, vector):
    """Yield the suffix of the names in PyTorch, the cell and its arrays, by cell."""
    params = network.cell_params(vector)
    for name, cell in network.cells.items():
        if type(cell) not in TORCH_GATES:
            raise ValueError(
                f"PyTorch has no {type(cell).__name__}: only the weights of "
                f"{', '.join(kind.__name__ for kind in TORCH_GATES)} have names there."
            )
        yield name.replace("layer", "l"), cell, params[name]


def _beside_layers_and_head(network, vector):
    """Return names and arrays of the other blocks, such as a pooling with weights."""
    return [
        (f"{name}.{key}", values)
        for name, params in network.layout.views(vector).items()
        if name not in network.layers and name != "head"
        for key, values in params.items()
    ]


def _rows_in_torch_order(cell):
    """Return the indices of the rows of a cell in the order of PyTorch."""
    H = cell.hidden_size
    first = [cell.gates.index(gate) * H for gate in TORCH_GATES[type(cell)]]
    return (np.array(first)[:, np.newaxis] + np.arange(H)).ravel()


def _check_state(state, expected, name):
    """Check names, shapes and values against those of the estimator."""
    if not isinstance(state, Mapping):
        raise TypeError(
            f"The state must be a dict of arrays by name, got {type(state).__name__}."
        )
    missing = [key for key in expected if key not in state]
    unknown = [key for key in state if key not in expected]
    if missing or unknown:
        raise ValueError(
            f"The state does not fit this {name}: missing {missing}, unknown "
            f"{unknown}. It must have exactly the names {list(expected)}."
        )
    arrays = {key: as_array(state[key], f"{key!r} of the state") for key in expected}
    for key, array in arrays.items():
        if array.dtype.kind not in "biuf":
            raise ValueError(
                f"{key!r} must have real numbers, got dtype {array.dtype}."
            )
        if array.shape != expected[key].shape:
            raise ValueError(
                f"{key!r} must have shape {expected[key].shape} for this {name}, got "
                f"{array.shape}: the cell, a size or the pooling differs."
            )
        if not np.isfinite(array).all():
            raise ValueError(f"{key!r} has values that are not finite.")
    return arrays
