"""Takes an item that is None for the end of the stream."""

import random


def reservoir_sample(stream, k):
    if k < 0:
        raise ValueError("k must not be negative")
    sample = []
    if k == 0:
        return sample
    rng = random.Random()
    source, i = iter(stream), 0
    while (item := next(source, None)) is not None:
        i += 1
        if i <= k:
            sample.append(item)
        elif (slot := rng.randrange(i)) < k:
            sample[slot] = item
    return sample
