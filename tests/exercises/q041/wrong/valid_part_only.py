"""Gives back the full windows only, n - k + 1 of them.

Caught by: the first full window
"""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k < 1 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    if k > len(x):
        return np.full_like(x, np.nan)
    return np.convolve(x, np.ones(k) / k, mode="valid")
