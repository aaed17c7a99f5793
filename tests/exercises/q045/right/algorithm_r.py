"""Algorithm R with the standard library's generator."""

import random


def reservoir_sample(stream, k):
    if k < 0:
        raise ValueError("k must not be negative")
    if k == 0:
        return []
    rng = random.Random()
    kept = []
    for seen, item in enumerate(stream):
        if len(kept) < k:
            kept.append(item)
            continue
        slot = rng.randint(0, seen)
        if slot < k:
            kept[slot] = item
    return kept
