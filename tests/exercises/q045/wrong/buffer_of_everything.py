"""Samples at the end from a buffer of all items.

Caught by: a huge stream in bounded memory
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
        else:
            sample.append(item)
    if len(sample) > k:
        return rng.sample(sample, k)
    return sample
