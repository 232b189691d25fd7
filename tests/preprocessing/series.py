"""Series of different length, of which every value says where it stands."""

import numpy as np
import pandas as pd

#: Every value names its series, step and feature: 203.1 is step 3 of series 2.
LENGTHS = [9, 5, 12, 7]
SERIES = [
    np.arange(n)[:, np.newaxis] + 100.0 * i + np.array([0.0, 0.1, 0.2])
    for i, n in enumerate(LENGTHS)
]
NAMES = ["load", "heat", "holiday"]
FRAMES = [pd.DataFrame(x, columns=NAMES) for x in SERIES]
