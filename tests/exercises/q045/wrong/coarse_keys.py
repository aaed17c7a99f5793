"""Draws keys with one digit only; of equal keys the earlier item wins.

Caught by: 200 items
"""

import heapq
import random


def reservoir_sample(stream, k):
    if k < 0:
        raise ValueError("k must not be negative")
    sample = []
    if k == 0:
        return sample
    rng = random.Random()
    heap = []
    for i, item in enumerate(stream):
        entry = (round(rng.random(), 1), -i, item)
        if len(heap) < k:
            heapq.heappush(heap, entry)
        else:
            heapq.heappushpop(heap, entry)
    return [item for _, _, item in sorted(heap, key=lambda entry: -entry[1])]
