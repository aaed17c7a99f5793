"""Draws from NumPy's global generator.

Caught by: global random state
"""

import numpy as np


def reservoir_sample(stream, k):
    if k < 0:
        raise ValueError("k must not be negative")
    sample = []
    if k == 0:
        return sample
    for i, item in enumerate(stream, start=1):
        if i <= k:
            sample.append(item)
        elif (slot := np.random.randint(i)) < k:
            sample[slot] = item
    return sample
