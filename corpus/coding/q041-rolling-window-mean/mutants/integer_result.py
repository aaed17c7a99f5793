"""The result has the type of the input: integers hold neither NaN nor fractions."""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x)
    if k <= 0 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    out = np.zeros_like(x)
    for i in range(len(x)):
        out[i] = x[i - k + 1 : i + 1].mean() if i >= k - 1 else (np.nan if out.dtype.kind == "f" else 0)
    return out
