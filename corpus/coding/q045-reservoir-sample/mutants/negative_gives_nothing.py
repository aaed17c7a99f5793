"""A negative k gives an empty list."""

import random


def reservoir_sample(stream, k):
    sample = []
    if k <= 0:
        return sample
    rng = random.Random()
    for i, item in enumerate(stream, start=1):
        if i <= k:
            sample.append(item)
        elif (slot := rng.randrange(i)) < k:
            sample[slot] = item
    return sample
