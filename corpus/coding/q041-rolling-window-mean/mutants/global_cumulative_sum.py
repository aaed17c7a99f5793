"""The difference of one global cumulative sum: a NaN or a huge value spoils later windows."""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k <= 0 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    out = np.full_like(x, np.nan)
    if k <= len(x):
        total = np.concatenate([[0.0], np.cumsum(x)])
        out[k - 1 :] = (total[k:] - total[:-k]) / k
    return out
