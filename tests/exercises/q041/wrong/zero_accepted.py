"""A k of zero gives only NaN in place of ValueError.

Caught by: k = 0
"""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k < 0 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    if k == 0:
        return np.full_like(x, np.nan)
    return np.array([x[i - k + 1 : i + 1].mean() if i >= k - 1 else np.nan for i in range(len(x))])
