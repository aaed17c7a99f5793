"""Puts NaN back where it belongs, but the global sum still loses what follows a huge value.

Caught by: a huge value early
"""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k < 1 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    bad = ~np.isfinite(x)
    if k > len(x):
        return np.full_like(x, np.nan)
    total = np.cumsum(np.insert(np.where(bad, 0.0, x), 0, 0.0))
    count = np.cumsum(np.insert(bad, 0, 0))
    means = (total[k:] - total[:-k]) / k
    means[count[k:] > count[:-k]] = np.nan
    return np.append(np.full(k - 1, np.nan), means)
