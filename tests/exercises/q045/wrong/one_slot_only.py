"""New items replace the last slot only.

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
    for i, item in enumerate(stream, start=1):
        if i <= k:
            sample.append(item)
        elif rng.random() < k / i:
            sample[-1] = item
    return sample
