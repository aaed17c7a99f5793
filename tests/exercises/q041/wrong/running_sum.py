"""A running sum adds the new value and takes the old one off, so a NaN never leaves it.

Caught by: a NaN in the middle
"""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k < 1 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    means, total = [], 0.0
    for i, value in enumerate(x):
        total += value
        if i >= k:
            total -= x[i - k]
        means.append(total / k if i >= k - 1 else np.nan)
    return np.array(means)
