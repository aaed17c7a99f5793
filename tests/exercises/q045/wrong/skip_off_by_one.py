"""Algorithm L that skips one item too many each time.

Caught by: 40 items
"""

import math
import random
from itertools import islice


def reservoir_sample(stream, k):
    if k < 0:
        raise ValueError("k must not be negative")
    sample = []
    if k == 0:
        return sample
    rng = random.Random()
    source = iter(stream)
    sample = list(islice(source, k))
    weight = 1.0
    while len(sample) == k:
        weight *= math.exp(math.log(1.0 - rng.random()) / k)
        skip = math.floor(math.log(1.0 - rng.random()) / math.log1p(-weight)) + 1
        chosen = list(islice(source, skip, skip + 1))
        if not chosen:
            break
        sample[rng.randrange(k)] = chosen[0]
    return sample
