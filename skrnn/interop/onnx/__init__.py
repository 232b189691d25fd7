"""Trained networks as ONNX models, for anything that runs those."""

from skrnn.interop.onnx.export import export_onnx

__all__ = ["export_onnx"]
