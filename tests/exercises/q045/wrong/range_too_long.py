"""The range of the draw is one too long, so early items are favoured.

Caught by: one item too many
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
        elif (slot := rng.randrange(i + 1)) < k:
            sample[slot] = item
    return sample
