"""Refuses zero only; a negative k gives an array of NaN.

Caught by: k below 0
"""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if not k or x.ndim != 1:
        raise ValueError("k must not be zero and x must be one-dimensional")
    out = np.full(x.size, np.nan)
    for i in range(k - 1, x.size) if k > 0 else ():
        out[i] = x[i - k + 1 : i + 1].mean()
    return out
