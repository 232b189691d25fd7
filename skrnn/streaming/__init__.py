"""Predictions while sequences are still coming in, step by step."""

from skrnn.streaming.stream import Stream

__all__ = ["Stream"]
