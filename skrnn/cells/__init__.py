"""Recurrent cells: one step, whole sequences, backpropagation through time."""

from skrnn.cells.base import Cell
from skrnn.cells.gru import GRUCell
from skrnn.cells.lstm import LSTMCell
from skrnn.cells.rnn import RNNCell

#: The cells by the name under which estimators ask for them.
CELLS: dict[str, type[Cell]] = {"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell}

__all__ = ["CELLS", "Cell", "GRUCell", "LSTMCell", "RNNCell"]


def __dir__():
    return __all__
