"""Layers by hand: one sequence and one direction at a time, turned by slicing."""

import numpy as np


def layer_states(cells, params, sequence):
    """Give the states of a layer, of cells by name, after each step of a sequence."""
    states = []
    for name, cell in cells.items():
        way = slice(None, None, -1 if name.endswith("_reverse") else 1)
        states.append(cell.run(params[name], sequence[np.newaxis, way])[0, way])
    return np.concatenate(states, axis=1)


def stack_states(stack, params, sequence):
    """Give the states of each layer of a stack after each step of a sequence."""
    every_state = []
    for k in range(len(stack.layers)):
        names = [name for name in stack.cells if name.startswith(f"layer{k}")]
        cells = {name: stack.cells[name] for name in names}
        sequence = layer_states(cells, params, sequence)
        every_state.append(sequence)
    return every_state
