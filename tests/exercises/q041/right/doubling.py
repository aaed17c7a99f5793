"""Window sums of 1, 2, 4, ... values, put together as the binary digits of k say: O(n log k)."""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x)
    if x.ndim != 1:
        raise ValueError("x must be 1-D")
    if k < 1:
        raise ValueError("k must be >= 1")
    n = x.size
    result = np.full(n, np.nan)
    if k > n:
        return result
    power, width = x.astype(float), 1
    total, covered = np.zeros(n + 1), 0
    with np.errstate(invalid="ignore"):
        while True:
            if k & width:
                m = n - covered - width + 1
                total = total[:m] + power[covered : covered + m]
                covered += width
            width *= 2
            if width > k:
                break
            power = power[: len(power) - width // 2] + power[width // 2 :]
    result[k - 1 :] = total / k
    return result
