"""Gives the series itself back for k = 1, with its integer type.

Caught by: k = 1
"""

import numpy as np


def rolling_window_mean(x, k):
    x = np.array(x)
    if k < 1 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    if k == 1:
        return x
    x = x.astype(float)
    return np.array([x[i - k + 1 : i + 1].mean() if i >= k - 1 else np.nan for i in range(len(x))])
