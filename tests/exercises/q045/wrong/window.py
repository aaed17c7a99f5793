"""Keeps k neighbours: a random window of the stream.

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
    last = []
    for i, item in enumerate(stream, start=1):
        last = [*last[-k + 1 :], item] if k > 1 else [item]
        if i <= k or rng.random() * (i - k + 1) < 1:
            sample = list(last)
    return sample
