"""as_strided windows, summed by einsum."""

import numpy as np
from numpy.lib.stride_tricks import as_strided


def rolling_window_mean(x, k):
    k = int(k)
    series = np.ascontiguousarray(x, dtype=float)
    if np.ndim(x) != 1:
        raise ValueError(f"x has {np.ndim(x)} dimensions")
    if k < 1:
        raise ValueError(f"k={k}")
    n = series.shape[0]
    if k > n:
        return np.array([np.nan] * n)
    (step,) = series.strides
    windows = as_strided(series, shape=(n - k + 1, k), strides=(step, step), writeable=False)
    return np.r_[np.repeat(np.nan, k - 1), np.einsum("ij->i", windows) / k]
