"""Sums stay in the small integer type of the input.

Caught by: small integers
"""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x)
    if k < 1 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    means = np.full_like(x, np.nan)
    for i in range(k - 1, len(x)):
        means[i] = np.sum(x[i - k + 1 : i + 1], dtype=x.dtype) / k
    return means
