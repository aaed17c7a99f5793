"""The first k - 1 entries are 0.

Caught by: the first full window
"""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k < 1 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    out = np.zeros(len(x))
    if k > len(x):
        out[:] = np.nan
    for i in range(k - 1, len(x)):
        out[i] = x[i - k + 1 : i + 1].mean()
    return out
