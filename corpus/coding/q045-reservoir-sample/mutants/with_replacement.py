"""Each of the k slots draws by itself, so an item may come twice."""

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
        else:
            sample = [item if rng.randrange(i) == 0 else kept for kept in sample]
    return sample if len(sample) < k else [rng.choice(sample) for _ in range(k)]
