"""Replaces NaN in the caller's array while it works.

Caught by: a NaN in the middle
"""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k < 1 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    bad = np.isnan(x)
    np.nan_to_num(x, copy=False, nan=0.0, posinf=np.inf, neginf=-np.inf)
    out = np.full_like(x, np.nan)
    for i in range(k - 1, len(x)):
        part = slice(i - k + 1, i + 1)
        out[i] = np.nan if bad[part].any() else x[part].mean()
    return out
