"""Takes the running sum anew after a NaN only, so an infinity stays in it.

Caught by: an infinity in the middle
"""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k < 1 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    out, total = np.full_like(x, np.nan), 0.0
    for i in range(len(x)):
        window = x[max(0, i - k + 1) : i + 1]
        total += x[i] - (x[i - k] if i >= k else 0.0)
        if i >= k and np.isnan(x[i - k]):
            total = window.sum()
        out[i] = total / k if i >= k - 1 else np.nan
    return out
