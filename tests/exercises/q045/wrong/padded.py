"""Fills a short sample up with None.

Caught by: k larger than n
"""

import random


def reservoir_sample(stream, k):
    if k < 0:
        raise ValueError("k must not be negative")
    sample = []
    if k == 0:
        return sample
    rng = random.Random()
    for i, item in enumerate(stream, start=1):
        if i <= k:
            sample.append(item)
        elif (slot := rng.randrange(i)) < k:
            sample[slot] = item
    return sample + [None] * (k - len(sample))
