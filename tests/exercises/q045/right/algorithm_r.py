"""Algorithm R with the standard library's generator."""

import random


def reservoir_sample(stream, k):
    if k < 0:
        raise ValueError("k must not be negative")
    if k == 0:
        return []
    rng = random.Random()
    kept = []
    for i, item in enumerate(stream):
        if i < k:
            kept.append(item)
        else:
            j = rng.randint(0, i)
            if j < k:
                kept[j] = item
    return kept
