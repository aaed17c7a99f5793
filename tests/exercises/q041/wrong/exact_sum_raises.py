"""math.fsum raises where a window holds both infinities.

Caught by: both infinities
"""

import math

import numpy as np


def rolling_window_mean(x, k):
    x = np.asarray(x, float)
    if k < 1 or x.ndim != 1:
        raise ValueError("k must be positive and x one-dimensional")
    return [math.fsum(x[i - k + 1 : i + 1]) / k if i >= k - 1 else math.nan for i in range(len(x))]
