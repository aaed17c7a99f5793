"""Finds a negative k only when the first item comes.

Caught by: k below 0, no items
"""

import random


def reservoir_sample(stream, k):
    sample = []
    if k == 0:
        return sample
    rng = random.Random()
    for i, item in enumerate(stream, start=1):
        if k < 0:
            raise ValueError("k must not be negative")
        if i <= k:
            sample.append(item)
        elif (slot := rng.randrange(i)) < k:
            sample[slot] = item
    return sample
