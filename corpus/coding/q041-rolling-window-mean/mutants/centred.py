"""np.convolve with mode "same" centres the window."""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k <= 0 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    if k > len(x):
        return np.full_like(x, np.nan)
    out = np.convolve(x, np.ones(k) / k, mode="same")
    out[: k - 1] = np.nan
    return out
