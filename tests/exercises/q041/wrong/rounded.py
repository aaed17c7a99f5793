"""Rounds the means to two digits.

Caught by: a random series
"""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k < 1 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    return np.array([round(x[i - k + 1 : i + 1].mean(), 2) if i >= k - 1 else np.nan for i in range(len(x))])
