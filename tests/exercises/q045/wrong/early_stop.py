"""Stops after 200 items, because "the rest hardly matters".

Caught by: a one-pass stream
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
        if i == 200:
            break
    return sample
