"""Algorithm L (Li, 1994): draws how many items to skip, and jumps over them."""

import itertools
import math
import random


def reservoir_sample(stream, k, *, seed=None):
    if k < 0:
        raise ValueError(f"k = {k}")
    if not k:
        return []
    rng, stream = random.Random(seed), iter(stream)
    reservoir = list(itertools.islice(stream, k))
    if len(reservoir) < k:
        return reservoir
    weight = 1.0
    while True:
        weight *= math.exp(math.log(1.0 - rng.random()) / k)
        skip = math.floor(math.log(1.0 - rng.random()) / math.log1p(-weight)) if weight < 1.0 else 0
        chosen = list(itertools.islice(stream, skip, skip + 1))
        if not chosen:
            return reservoir
        reservoir[rng.randrange(k)] = chosen[0]
