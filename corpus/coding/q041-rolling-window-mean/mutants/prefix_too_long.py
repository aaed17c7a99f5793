"""k entries are NaN in place of k - 1: the window ends before position i."""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k <= 0 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    return np.array([x[i - k : i].mean() if i >= k else np.nan for i in range(len(x))])
