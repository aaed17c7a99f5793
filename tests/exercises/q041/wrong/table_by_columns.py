"""Takes the length of the first axis, so a short table is answered with NaN.

Caught by: a list of lists
"""

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k < 1:
        raise ValueError("the window needs at least one value")
    if k > len(x):
        return np.full_like(x, np.nan)
    if x.ndim != 1:
        raise ValueError("x must be one-dimensional")
    return np.array([x[i - k + 1 : i + 1].mean() if i >= k - 1 else np.nan for i in range(len(x))])
