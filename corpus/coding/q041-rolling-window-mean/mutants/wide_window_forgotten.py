"""No branch for k > n: np.convolve swaps its inputs, and the result is longer than the series."""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k <= 0 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    if len(x) == 0:
        return x.copy()
    return np.concatenate([np.full(k - 1, np.nan), np.convolve(x, np.ones(k) / k, mode="valid")])
