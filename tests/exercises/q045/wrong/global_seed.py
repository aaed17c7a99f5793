"""Seeds the global generator.

Caught by: global random state
"""

import random


def reservoir_sample(stream, k):
    if k < 0:
        raise ValueError("k must not be negative")
    sample = []
    if k == 0:
        return sample
    random.seed()
    rng = random
    for i, item in enumerate(stream, start=1):
        if i <= k:
            sample.append(item)
        elif (slot := rng.randrange(i)) < k:
            sample[slot] = item
    return sample
