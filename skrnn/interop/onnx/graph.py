"""A graph of ONNX operators, written one node after the other."""

import numpy as np


class GraphWriter:
    """Collects nodes and constants, and names what has no name.

    Attributes
    ----------
    nodes : list of onnx.NodeProto
        In the order in which they are computed.
    constants : list of onnx.TensorProto
        What they read beside inputs and each other.
    """

    def __init__(self):
        self.nodes, self.constants = [], []

    def add(self, operator, *inputs, to=None, **attributes):
        """Write a node.

        Parameters
        ----------
        operator : str
            Name of the operator.
        *inputs : str, None or array-like
            Names of values; None leaves an optional one out, and numbers become a
            constant.
        to : str or tuple of str, optional
            How to name what it gives.
        **attributes
            Of the node.

        Returns
        -------
        str or tuple of str
            The name or names.
        """
        return self._write(operator, inputs, to, attributes)

    def cast(self, value, dtype, to=None):
        """Write a change of type, to one of NumPy's."""
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
        return value if isinstance(value, str) else self._constant(value)

    def _constant(self, values):
        from onnx import numpy_helper

        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name
