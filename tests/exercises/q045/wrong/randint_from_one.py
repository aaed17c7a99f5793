"""Counts from 0 but draws up to i - 1 only.

Caught by: every set is equally likely
"""

import random


def reservoir_sample(stream, k):
    if k < 0:
        raise ValueError("k must not be negative")
    sample = []
    if k == 0:
        return sample
    rng = random.Random()
    for seen, item in enumerate(stream):
        if len(sample) < k:
            sample.append(item)
        elif (slot := rng.randint(0, max(k, seen - 1))) < k:
            sample[slot] = item
    return sample
