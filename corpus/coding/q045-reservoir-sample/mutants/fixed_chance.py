"""Every new item enters with the same chance of one half."""

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
        elif rng.random() < 0.5:
            sample[rng.randrange(k)] = item
    return sample
