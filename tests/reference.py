"""The recurrent cells in plain loops, from the equations, one float at a time.

Slow, and written without looking at how skrnn computes: there is a matrix ``W_x``, a
matrix ``W_h`` and a bias ``b`` for each gate, all of them lists of floats. A mask is a
list of floats too, with which the hidden state is multiplied before gates see it.
"""

import math
from functools import partial


def sigmoid(z):
    return 1.0 / (1.0 + math.exp(-z))


def relu(z):
    return z if z > 0.0 else 0.0


def affine(gate, x, h):
    """Give ``W_x x + W_h h + b`` for the weights ``(W_x, W_h, b)`` of one gate."""
    W_x, W_h, b = gate
    z = []
    for k in range(len(b)):
        total = b[k]
        for j in range(len(x)):
            total += W_x[k][j] * x[j]
        for j in range(len(h)):
            total += W_h[k][j] * h[j]
        z.append(total)
    return z


def masked(h, mask):
    """Give what the gates see of a hidden state."""
    return h if mask is None else [h[k] * mask[k] for k in range(len(h))]


def rnn_step(gates, x, state, mask=None, activation=math.tanh):
    """``h' = activation(W_x x + W_h h + b)``.

    Parameters
    ----------
    gates : dict
        ``(W_x, W_h, b)`` under the name "h".
    x : list of float
    state : tuple (h,) of list of float
    mask : list of float, optional
    activation : callable, default=math.tanh

    Returns
    -------
    tuple (h,) of list of float

    Examples
    --------
    >>> rnn_step({"h": ([[2.0]], [[3.0]], [-1.0])}, [1.0], ([0.5],), activation=relu)
    ([2.5],)
    """
    (h,) = state
    return ([activation(z) for z in affine(gates["h"], x, masked(h, mask))],)


def lstm_step(gates, x, state, mask=None):
    """``c' = f c + i g`` and ``h' = o tanh(c')``.

    Parameters
    ----------
    gates : dict
        ``(W_x, W_h, b)`` under the names "i", "f", "g" and "o".
    x : list of float
    state : tuple (h, c) of list of float
    mask : list of float, optional

    Returns
    -------
    tuple (h, c) of list of float

    Examples
    --------
    A cell without weights keeps half of what it remembers.

    >>> nothing = ([[0.0]], [[0.0]], [0.0])
    >>> h, c = lstm_step(dict.fromkeys("ifgo", nothing), [1.0], ([0.0], [2.0]))
    >>> c
    [1.0]
    """
    h, c = state
    z = {name: affine(gate, x, masked(h, mask)) for name, gate in gates.items()}
    h_new, c_new = [], []
    for k in range(len(c)):
        i, f = sigmoid(z["i"][k]), sigmoid(z["f"][k])
        g, o = math.tanh(z["g"][k]), sigmoid(z["o"][k])
        c_new.append(f * c[k] + i * g)
        h_new.append(o * math.tanh(c_new[k]))
    return h_new, c_new


def gru_step(gates, x, state, mask=None):
    """``h' = (1 - z) n + z h`` with ``n = tanh(W_x x + b + r (W_h h + b_h))``.

    Parameters
    ----------
    gates : dict
        ``(W_x, W_h, b)`` under the names "r" and "z", ``(W_x, W_h, b, b_h)`` under "n".
    x : list of float
    state : tuple (h,) of list of float
    mask : list of float, optional
        What is kept of ``h`` by way of ``z`` goes past it.

    Returns
    -------
    tuple (h,) of list of float

    Examples
    --------
    A cell without weights goes half of the way to zero.

    >>> nothing = ([[0.0]], [[0.0]], [0.0])
    >>> gates = {"r": nothing, "z": nothing, "n": (*nothing, [0.0])}
    >>> gru_step(gates, [1.0], ([2.0],))
    ([1.0],)
    """
    (h,) = state
    seen = masked(h, mask)
    z_r, z_z = (affine(gates[name], x, seen) for name in ("r", "z"))
    W_x, W_h, b, b_h = gates["n"]
    of_x, of_h = affine((W_x, W_h, b), x, []), affine((W_x, W_h, b_h), [], seen)
    h_new = []
    for k in range(len(h)):
        r, z = sigmoid(z_r[k]), sigmoid(z_z[k])
        n = math.tanh(of_x[k] + r * of_h[k])
        h_new.append((1.0 - z) * n + z * h[k])
    return (h_new,)


def run(step, gates, sequence, state, mask=None):
    """Read a sequence; give the state after each step."""
    states = []
    for x in sequence:
        state = step(gates, x, state, mask)
        states.append(state)
    return states


def run_both_ways(forward, reverse, sequence):
    """Read a sequence forwards and backwards; give both hidden states of each step.

    `forward` and `reverse` are functions from a sequence to its states, as by `run`.
    """
    ahead, back = forward(sequence), reverse(sequence[::-1])
    return [ahead[t][0] + back[-1 - t][0] for t in range(len(sequence))]


#: What is tested under a name: a key of `skrnn.cells.CELLS`, options, and its step.
KINDS = {
    "rnn-tanh": ("rnn", {}, rnn_step),
    "rnn-relu": ("rnn", {"activation": "relu"}, partial(rnn_step, activation=relu)),
    "lstm": ("lstm", {}, lstm_step),
    "gru": ("gru", {}, gru_step),
}


def gates_of(cell, params):
    """Give the weights of each gate of a cell of skrnn as lists, by name."""
    H = cell.hidden_size
    W_x, b, W_h = (part.tolist() for part in cell.split(params))
    rows = {gate: slice(k * H, (k + 1) * H) for k, gate in enumerate(cell.gates)}
    gates = {gate: (W_x[at], W_h[at], b[at]) for gate, at in rows.items()}
    if "b_hn" in params:
        gates["n"] += (params["b_hn"].tolist(),)
    return gates


#: PyTorch's order of the gates, by the name that a cell has here.
TORCH_GATES = {"rnn": "h", "lstm": "ifgo", "gru": "rzn"}


def gates_of_torch(cell, state, suffix):
    """Give the weights of each gate of a layer that PyTorch has named, as lists."""
    names, gates = TORCH_GATES[cell], {}
    W_x, W_h, b, b_h = (
        state[f"{name}_{suffix}"].tolist()
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    size = len(b) // len(names)
    for k, name in enumerate(names):
        at = slice(k * size, (k + 1) * size)
        if (cell, name) == ("gru", "n"):
            gates[name] = W_x[at], W_h[at], b[at], b_h[at]
        else:
            both = [one + other for one, other in zip(b[at], b_h[at], strict=True)]
            gates[name] = W_x[at], W_h[at], both
    return gates


def network_states(kind, state, sequence):
    """Read a sequence with the weights of PyTorch; give the states of the top layer.

    Parameters
    ----------
    kind : str
        A key of `KINDS`.
    state : dict of str to ndarray
        As from `skrnn.interop.torch_state`: how many layers and directions there are is
        read from the names.
    sequence : list of list of float

    Returns
    -------
    list of list of float
        For each step, [forward | reverse] if there are two directions.
    """
    cell, _, step = KINDS[kind]
    n_arrays = 2 if cell == "lstm" else 1
    k = 0
    while f"bias_ih_l{k}" in state:
        ways = []
        for suffix in (f"l{k}", f"l{k}_reverse"):
            if f"bias_ih_{suffix}" in state:
                gates = gates_of_torch(cell, state, suffix)
                zeros = [0.0] * len(state[f"weight_hh_{suffix}"][0])
                start = (zeros,) * n_arrays
                ways.append(partial(run, step, gates, state=start))
        if len(ways) == 2:
            sequence = run_both_ways(*ways, sequence)
        else:
            sequence = [h for h, *_ in ways[0](sequence)]
        k += 1
    return sequence


def pool(pooling, states, n_forward):
    """Pool the states of the top layer, of which so many units read forwards."""
    columns = list(zip(*states, strict=True))
    ways = {
        "last": states[-1][:n_forward] + states[0][n_forward:],
        "mean": [math.fsum(column) / len(column) for column in columns],
        "max": [max(column) for column in columns],
    }
    if pooling == "concat":
        return ways["last"] + ways["mean"] + ways["max"]
    return ways[pooling]


def network_scores(kind, state, pooling, n_forward, sequence):
    """Give the raw scores of a sequence, as `network_states` reads it."""
    pooled = pool(pooling, network_states(kind, state, sequence), n_forward)
    W, b = (state[f"head.{name}"].tolist() for name in ("weight", "bias"))
    return affine((W, None, b), pooled, [])
