"""Counts a NaN as 0, so its windows get a number.

Caught by: a NaN in the middle
"""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k < 1 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    x = np.nan_to_num(x, posinf=np.inf, neginf=-np.inf)
    with np.errstate(invalid="ignore"):
        return np.array([x[i - k + 1 : i + 1].mean() if i >= k - 1 else np.nan for i in range(len(x))])
