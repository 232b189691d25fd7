"""Windows of long series: to learn from, to forecast from, and how to split them."""

from skrnn.preprocessing.windows.last import last_windows
from skrnn.preprocessing.windows.sliding import sliding_windows
from skrnn.preprocessing.windows.splits import time_splits

__all__ = ["last_windows", "sliding_windows", "time_splits"]
