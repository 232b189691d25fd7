"""The recurrent cells in plain loops, from the equations, one float at a time.

Slow, and written without looking at how skrnn computes: there is a matrix ``W_x``, a
matrix ``W_h`` and a bias ``b`` for each gate, all of them lists of floats.
"""

import math


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


def rnn_step(gates, x, state, activation=math.tanh):
    """``h' = activation(W_x x + W_h h + b)``.

    Parameters
    ----------
    gates : dict
        ``(W_x, W_h, b)`` under the name "h".
    x : list of float
    state : tuple (h,) of list of float
    activation : callable, default=math.tanh

    Returns
    -------
    tuple (h,) of list of float

    Examples
    --------
    >>> rnn_step({"h": ([[2.0]], [[3.0]], [-1.0])}, [1.0], ([0.5],), relu)
    ([2.5],)
    """
    (h,) = state
    return ([activation(z) for z in affine(gates["h"], x, h)],)


def lstm_step(gates, x, state):
    """``c' = f c + i g`` and ``h' = o tanh(c')``.

    Parameters
    ----------
    gates : dict
        ``(W_x, W_h, b)`` under the names "i", "f", "g" and "o".
    x : list of float
    state : tuple (h, c) of list of float

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
    z = {name: affine(gate, x, h) for name, gate in gates.items()}
    h_new, c_new = [], []
    for k in range(len(c)):
        i, f = sigmoid(z["i"][k]), sigmoid(z["f"][k])
        g, o = math.tanh(z["g"][k]), sigmoid(z["o"][k])
        c_new.append(f * c[k] + i * g)
        h_new.append(o * math.tanh(c_new[k]))
    return h_new, c_new


def run(step, gates, sequence, state):
    """Read a sequence; give the state after each step."""
    states = []
    for x in sequence:
        state = step(gates, x, state)
        states.append(state)
    return states
