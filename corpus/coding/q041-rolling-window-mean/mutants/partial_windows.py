"""The first entries hold the means of partial windows in place of NaN."""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k <= 0 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    return np.array([x[max(0, i - k + 1) : i + 1].mean() for i in range(len(x))])
