"""Skips items that are empty or zero.

Caught by: items of any type
"""

import random


def reservoir_sample(stream, k):
    if k < 0:
        raise ValueError("k must not be negative")
    sample = []
    if k == 0:
        return sample
    rng = random.Random()
    for i, item in enumerate((item for item in stream if item), start=1):
        if i <= k:
            sample.append(item)
        elif (slot := rng.randrange(i)) < k:
            sample[slot] = item
    return sample
