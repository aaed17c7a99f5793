"""Averages only the values that are there, so a window with NaN gets a number."""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k <= 0 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    return np.array([np.nanmean(x[i - k + 1 : i + 1]) if i >= k - 1 else np.nan for i in range(len(x))])
