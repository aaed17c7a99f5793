"""The mean of NumPy's window view."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def rolling_window_mean(x: np.ndarray, k: int) -> np.ndarray:
    x = np.array(x, dtype=np.float64)
    if x.ndim != 1:
        raise ValueError("one dimension, please")
    if k <= 0:
        raise ValueError("the window needs at least one value")
    out = np.full(x.shape, np.nan)
    if 0 < k <= x.size:
        out[k - 1 :] = sliding_window_view(x, k).mean(axis=1)
    return out
