"""Puts items into a dictionary, which lists cannot be put into.

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
    rank = {}
    for i, item in enumerate(stream, start=1):
        if i <= k:
            rank[item] = len(rank)
            sample.append(item)
        elif (slot := rng.randrange(i)) < k:
            sample[slot] = item
    return sample
