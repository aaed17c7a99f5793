"""Adds k shifted copies of the series, one after the other."""

import numpy as np


def rolling_window_mean(x, k):
    if not isinstance(k, (int, np.integer)):
        raise TypeError("k must be a whole number")
    if k < 1:
        raise ValueError("k must be at least 1")
    x = np.asarray(x, dtype="f8")
    if x.ndim != 1:
        raise ValueError("x must be one-dimensional")
    n = len(x)
    out = np.empty(n)
    out[: k - 1] = np.nan
    if k <= n:
        out[k - 1 :] = 0
        for shift in range(k):
            out[k - 1 :] += x[shift : n - k + 1 + shift]
        out[k - 1 :] /= k
    return out
