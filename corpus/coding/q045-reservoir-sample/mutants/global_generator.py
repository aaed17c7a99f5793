"""Draws from the global generator."""

import random


def reservoir_sample(stream, k):
    if k < 0:
        raise ValueError("k must not be negative")
    sample = []
    if k == 0:
        return sample
    for i, item in enumerate(stream, start=1):
        if i <= k:
            sample.append(item)
        elif (slot := random.randrange(i)) < k:
            sample[slot] = item
    return sample
