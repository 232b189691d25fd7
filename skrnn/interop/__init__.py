"""Ways in and out of other libraries."""

from skrnn.interop.torch import load_torch_state, torch_state

__all__ = ["load_torch_state", "torch_state"]
