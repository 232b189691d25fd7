"""Ways in and out of other libraries."""

from skrnn.interop.skops import SKOPS_TRUSTED
from skrnn.interop.torch import load_torch_state, torch_state

__all__ = ["SKOPS_TRUSTED", "load_torch_state", "torch_state"]
