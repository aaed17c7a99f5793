"""Takes each item with chance k/i and cuts the list, so its size and its chances vary.

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
        if i <= k or rng.random() < k / i:
            sample.append(item)
    return sample[-k:]
