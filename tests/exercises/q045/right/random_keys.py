"""Every item draws a key; a heap keeps the k items with the largest ones."""

import heapq
import random


def reservoir_sample(stream, k, *, rng=None):
    if k < 0:
        raise ValueError("negative sample size")
    if k == 0:
        return []
    rng = rng or random.SystemRandom()
    heap = []
    for position, item in enumerate(stream):
        entry = (rng.random(), position, item)
        if len(heap) < k:
            heapq.heappush(heap, entry)
        elif entry > heap[0]:
            heapq.heapreplace(heap, entry)
    return [item for _, _, item in sorted(heap, key=lambda entry: entry[1])]
