"""Takes items out of the caller's list.

Caught by: a list as the stream
"""

import random


def reservoir_sample(stream, k):
    if k < 0:
        raise ValueError("k must not be negative")
    sample = []
    if k == 0:
        return sample
    rng = random.Random()
    if isinstance(stream, list) and len(stream) > k:
        return [stream.pop(rng.randrange(len(stream))) for _ in range(k)]
    for i, item in enumerate(stream, start=1):
        if i <= k:
            sample.append(item)
        elif (slot := rng.randrange(i)) < k:
            sample[slot] = item
    return sample
