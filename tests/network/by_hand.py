"""Layers by hand: one sequence and one direction at a time, reversed by slicing."""

import numpy as np


def layer_states(cells, params, sequence):
    """Return the states of a layer, of cells by name, after each step of a sequence."""
    states = []
    for name, cell in cells.items():
        order = slice(None, None, -1 if name.endswith("_reverse") else 1)
        states.append(cell.run(params[name], sequence[np.newaxis, order])[0, order])
    return np.concatenate(states, axis=1)


def states_of_each_layer(network, params, sequence):
    """Return the states of each layer of a network after each step of a sequence."""
    every_state = []
    for k in range(len(network.layers)):
        names = [name for name in network.cells if name.startswith(f"layer{k}")]
        cells = {name: network.cells[name] for name in names}
        sequence = layer_states(cells, params, sequence)
        every_state.append(sequence)
    return every_state
