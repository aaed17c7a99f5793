"""np.convolve, with a branch of its own for a window that is longer than the series."""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if x.ndim != 1 or k < 1:
        raise ValueError("expected a one-dimensional series and k >= 1")
    if k > len(x):
        return np.full_like(x, np.nan)
    with np.errstate(invalid="ignore"):
        return np.concatenate([np.full(k - 1, np.nan), np.convolve(x, np.ones(k), mode="valid") / k])
