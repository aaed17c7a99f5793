"""Rolling mean in linear time, built from sums that never leave their own window."""

import operator

import numpy as np
from numpy.typing import ArrayLike


def rolling_window_mean(x: ArrayLike, k: int) -> np.ndarray:
    """Mean of each value and the k - 1 values before it.

    x: (n,) numbers; a list will do, and it is never changed.
    k: window size, at least 1.
    Returns (n,) float64. The first k - 1 entries are NaN, and all of them where k > n.
    Raises ValueError where x is not one-dimensional or k < 1, TypeError where k is not an integer.

    A NaN or an infinity reaches only the windows that hold it. O(n) time and memory, whatever k is.
    """
    values = np.asarray(x, dtype=float)
    k = operator.index(k)
    if values.ndim != 1:
        raise ValueError(f"x has {values.ndim} dimensions, expected 1")
    if k < 1:
        raise ValueError(f"k is {k}, expected 1 or more")
    means = np.full(values.size, np.nan)
    if k <= values.size:
        means[k - 1 :] = _window_sums(values, k) / k
    return means


def _window_sums(values: np.ndarray, k: int) -> np.ndarray:
    """Sums of all windows of k values: (n,) with n >= k gives (n - k + 1,).

    Cut into blocks of k, a window is the tail of one block and the head of the next. Running sums inside
    the blocks, from both ends, give both parts, so nothing ever has to be subtracted again.
    """
    n = values.size
    blocks = np.zeros((-(-n // k), k))
    blocks.flat[:n] = values
    with np.errstate(invalid="ignore"):  # inf and -inf in one window: its mean is NaN
        heads = np.cumsum(blocks, axis=1).ravel()
        tails = np.cumsum(blocks[:, ::-1], axis=1)[:, ::-1].ravel()[: n - k + 1]
        tails[::k] = 0.0  # a window that is one whole block is all head
        return tails + heads[k - 1 : n]
