"""Writer of graphs of ONNX operators."""

import numpy as np


class GraphWriter:
    """Writer of nodes and constants, which names those without a name.

    Attributes
    ----------
    nodes : list of onnx.NodeProto
        In the order in which they are computed.
    constants : list of onnx.TensorProto
        Constants that the nodes read.
    """

    def __init__(self):
        self.nodes, self.constants = [], []

    def add(self, operator, *inputs, to=None, **attributes):
        """Add a node.

        Parameters
        ----------
        operator : str
            Name of the operator.
        *inputs : str, None or array-like
            Names of values; None leaves an optional one out, and numbers become a
            constant.
        to : str or tuple of str, optional
            Name or names of its outputs.
        **attributes
            Attributes of the node.

        Returns
        -------
        str or tuple of str
            Name or names of its outputs.
        """
        return self._write(operator, inputs, to, attributes)

    def cast(self, value, dtype, to=None):
        """Add a node that converts to a dtype of NumPy."""
        from onnx import helper

        kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        # Nodes have an attribute `to` of their own.
        return self._write("Cast", [value], to, {"to": kind})

    def _write(self, operator, inputs, to, attributes):
        from onnx import helper

        name = f"{operator}_{len(self.nodes)}"
        outputs = name if to is None else to
        self.nodes.append(
            helper.make_node(
                operator,
                [self._name_of(value) for value in inputs],
                [outputs] if isinstance(outputs, str) else outputs,
                name,
                **attributes,
            )
        )
        return outputs

    def _name_of(self, value):
        if value is None:
            return ""
        return value if isinstance(value, str) else self.constant(value)

    def constant(self, values):
        """Add a constant, and return its name."""
        from onnx import numpy_helper

        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name
