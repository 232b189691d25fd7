"""Recurrent layers, one upon the other."""

from dataclasses import dataclass

from skrnn.network.dropout import NO_DROPOUT, Dropout
from skrnn.network.layer import Layer


@dataclass(frozen=True)
class Stack:
    """Layers of which each reads the hidden states of the one below it.

    Parameters
    ----------
    layers : tuple of Layer
        The lowest first.
    """

    layers: tuple[Layer, ...]

    @property
    def cells(self):
        """Every cell, by the name of its parameters: layers from below, forward first.

        Returns
        -------
        dict of str to Cell
        """
        return {name: cell for layer in self.layers for name, cell, *_ in layer.parts}

    @property
    def n_out(self):
        """Number of hidden units of the highest layer."""
        return self.layers[-1].n_out

    def forward(
        self,
        params,
        x,
        *,
        keep=True,
        reuse=None,
        dropout=NO_DROPOUT,
        only_last=False,
    ):
        """Run the layers: ``(params, x) -> (h, last, tape)``, as `Layer.forward`."""
        tapes, top = [], self.layers[-1]
        for k, layer in enumerate(self.layers):
            is_top, mask = layer is top, None
            h, last, tape = layer.forward(
                params,
                x,
                keep=keep,
                reuse=reuse and reuse[k][0],
                dropout=dropout,
                only_last=only_last and is_top,
            )
            if not is_top:
                data, mask = dropout.forward(h)
                x = x.replace(data)
            tapes.append((tape, mask))
        return h, last, tapes

    def backward(self, params, tape, x, d_h, d_last, *, input_gradient=False):
        """Send a gradient back: ``-> (d_x, grads)``, grads by name of the parameters.

        The gradients of `h` and `last` come in, as in `Layer.backward`.
        """
        grads = {}
        for k in reversed(range(len(self.layers))):
            layer_tape, mask = tape[k]
            d_h, layer_grads = self.layers[k].backward(
                params,
                layer_tape,
                x,
                Dropout.backward(mask, d_h),
                d_last,
                input_gradient=input_gradient or k > 0,
            )
            d_last = None
            grads |= layer_grads
        return d_h, grads
