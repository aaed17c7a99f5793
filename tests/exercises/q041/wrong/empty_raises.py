"""Windows of an empty series are not guarded.

Caught by: an empty series
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k < 1 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    k_seen = min(k, len(x))
    means = sliding_window_view(x, k_seen).mean(axis=1) if k_seen == k else []
    if k_seen < k and len(x):
        return np.full_like(x, np.nan)
    return np.concatenate([[np.nan] * (k - 1), means])
