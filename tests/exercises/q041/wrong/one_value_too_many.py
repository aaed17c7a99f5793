"""The window holds k + 1 values, because both ends count.

Caught by: a random series
"""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k < 1 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    return np.array([x[max(0, i - k) : i + 1].mean() if i >= k - 1 else np.nan for i in range(len(x))])
