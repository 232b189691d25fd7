"""Exchange of fitted estimators with other libraries."""

from skrnn.interop.onnx import export_onnx
from skrnn.interop.skops import SKOPS_TRUSTED
from skrnn.interop.torch import load_torch_state, torch_state

__all__ = ["SKOPS_TRUSTED", "export_onnx", "load_torch_state", "torch_state"]


def __dir__():
    return __all__
