"""Weights under the names, shapes and gate order of PyTorch.

No PyTorch is needed: what goes out and comes in are dicts of arrays.
"""

from collections.abc import Mapping

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skrnn.cells import LSTMCell, RNNCell
from skrnn.network import build_network

#: Gates of each cell in the order of PyTorch.
TORCH_GATES = {RNNCell: ("h",), LSTMCell: ("i", "f", "g", "o")}


def torch_state(estimator):
    """Give the weights of a fitted estimator as PyTorch names and orders them.

    Parameters
    ----------
    estimator : estimator
        A fitted skrnn estimator.

    Returns
    -------
    dict of str to ndarray
        ``weight_ih_l0`` (gates * hidden_size, n_features), ``weight_hh_l0`` (gates *
        hidden_size, hidden_size), ``bias_ih_l0`` and ``bias_hh_l0`` (gates *
        hidden_size,) as in ``torch.nn.RNN`` and ``torch.nn.LSTM``, and
        ``head.weight`` (n_outputs, pooled features) and ``head.bias`` (n_outputs,).
        There is one bias here, so that ``bias_hh`` is zero. With "concat" the pooled
        features are last, then mean, then max. Two classes have one output.

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
    check_is_fitted(estimator)
    return vector_to_state(build_network(**estimator.architecture_), estimator.weights_)


def load_torch_state(estimator, state):
    """Put weights that PyTorch named and ordered into a fitted estimator.

    Parameters
    ----------
    estimator : estimator
        A fitted skrnn estimator; its architecture must be that of the weights.
    state : dict of str to array-like
        As from `torch_state`, or the ``state_dict`` of a module with an ``RNN`` or
        ``LSTM`` and a ``Linear`` named ``head``, the prefix of the former taken off.

    Returns
    -------
    estimator
        The same, with the new weights; what its optimizer remembered is forgotten.
    """
    arrays = _check_state(state, torch_state(estimator), type(estimator).__name__)
    network = build_network(**estimator.architecture_)
    weights = state_to_vector(network, arrays)
    estimator.weights_ = weights.astype(estimator.weights_.dtype)
    estimator.optimizer_state_ = {}
    return estimator


def vector_to_state(network, vector):
    """Name and order the parts of a flat vector as PyTorch does.

    There is one bias here: it becomes ``bias_ih``, and ``bias_hh`` is zero.
    """
    params = network.layout.views(vector)
    state = {}
    for k, cell in enumerate(network.stack.cells):
        W_x, b, W_h = cell.split(params[network.stack.names[k]])
        rows = _rows_in_torch_order(cell)
        state[f"weight_ih_l{k}"] = W_x[rows]
        state[f"weight_hh_l{k}"] = W_h[rows]
        state[f"bias_ih_l{k}"] = b[rows]
        state[f"bias_hh_l{k}"] = np.zeros_like(b)
    state["head.weight"] = params["head"]["W"].copy()
    state["head.bias"] = params["head"]["b"].copy()
    return state


def state_to_vector(network, state):
    """Make a flat vector of arrays that PyTorch named and ordered."""
    weights = np.empty(network.layout.size)
    params = network.layout.views(weights)
    for k, cell in enumerate(network.stack.cells):
        W_x, b, W_h = cell.split(params[network.stack.names[k]])
        rows = _rows_in_torch_order(cell)
        W_x[rows] = state[f"weight_ih_l{k}"]
        W_h[rows] = state[f"weight_hh_l{k}"]
        b[rows] = state[f"bias_ih_l{k}"] + state[f"bias_hh_l{k}"]
    params["head"]["W"][...] = state["head.weight"]
    params["head"]["b"][...] = state["head.bias"]
    return weights


def _rows_in_torch_order(cell):
    """Say which of our rows stands at each of PyTorch's."""
    H = cell.hidden_size
    first = [cell.gates.index(gate) * H for gate in TORCH_GATES[type(cell)]]
    return (np.array(first)[:, np.newaxis] + np.arange(H)).ravel()


def _check_state(state, expected, name):
    """Hold names, shapes and values against those of the estimator."""
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
    arrays = {key: np.asarray(state[key]) for key in expected}
    for key, array in arrays.items():
        if array.dtype.kind not in "biuf":
            raise ValueError(
                f"{key!r} must have real numbers, got dtype {array.dtype}."
            )
        if array.shape != expected[key].shape:
            raise ValueError(
                f"{key!r} must have shape {expected[key].shape} for this {name}, got "
                f"{array.shape}."
            )
        if not np.isfinite(array).all():
            raise ValueError(f"{key!r} has values that are not finite.")
    return arrays
