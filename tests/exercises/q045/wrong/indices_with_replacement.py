"""Draws positions with replacement.

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
    buffer = []
    for i, item in enumerate(stream, start=1):
        if i <= k:
            buffer.append(item)
        elif (slot := rng.randrange(i)) < k:
            buffer[slot] = item
    return buffer if len(buffer) < k or i == k else rng.choices(buffer, k=k)
