"""Counts the items in a first pass; a one-pass stream is empty in the second.

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
    total = sum(1 for _ in stream)
    chosen = set(rng.sample(range(total), min(k, total)))
    return [item for i, item in enumerate(stream) if i in chosen]
