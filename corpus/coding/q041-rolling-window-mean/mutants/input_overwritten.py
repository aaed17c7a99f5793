"""Writes the means into the input where it is a float array already."""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k <= 0 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    for i in range(len(x) - 1, -1, -1):
        x[i] = x[i - k + 1 : i + 1].sum() / k if i >= k - 1 else np.nan
    return x
