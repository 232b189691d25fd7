"""Export of fitted estimators as ONNX models."""

from skrnn.interop.onnx.export import export_onnx

__all__ = ["export_onnx"]
