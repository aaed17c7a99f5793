"""The window starts at position i, so it holds future values.

Caught by: a random series
"""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k < 1 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    n = len(x)
    return np.array([x[i : i + k].mean() if i + k <= n else np.nan for i in range(n)])
