"""Flattens a table in place of refusing it.

Caught by: a table of one column
"""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float).ravel()
    if k < 1:
        raise ValueError("the window needs at least one value")
    return np.array([x[i - k + 1 : i + 1].mean() if i >= k - 1 else np.nan for i in range(x.size)])
