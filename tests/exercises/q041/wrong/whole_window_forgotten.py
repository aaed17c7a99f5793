"""k = n counts as too wide, so the one full window is NaN.

Caught by: k = n
"""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k < 1 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    out = np.full_like(x, np.nan)
    if k < len(x):
        out[k - 1 :] = np.convolve(x, np.ones(k), "valid") / k
    return out
