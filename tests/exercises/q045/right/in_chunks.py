"""Reads k + 16 items at a time; each chunk draws how many of the sample its items replace."""

import random
from itertools import islice


def reservoir_sample(stream, k):
    if k < 0:
        raise ValueError("k < 0")
    if k == 0:
        return []
    rng, source = random.Random(), iter(stream)
    sample = list(islice(source, k))
    seen = len(sample)
    while chunk := list(islice(source, k + 16)):
        old, new, taken = seen, len(chunk), 0
        for _ in range(k):  # of the k places, how many go to the chunk: draws without replacement
            if rng.randrange(old + new) < new:
                taken += 1
                new -= 1
            else:
                old -= 1
        sample = rng.sample(sample, k - taken) + rng.sample(chunk, taken)
        seen += len(chunk)
    return sample
