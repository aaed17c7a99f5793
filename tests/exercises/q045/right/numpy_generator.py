"""Two draws an item: whether it enters, and whom it pushes out. NumPy's generator, made anew at each call."""

from collections.abc import Iterable

import numpy as np


def reservoir_sample(stream: Iterable, k: int, *, seed: int | None = None) -> list:
    if k < 0:
        raise ValueError("k must be at least 0")
    if k == 0:
        return []
    rng = np.random.default_rng(seed)
    sample = []
    for seen, item in enumerate(stream, 1):
        if len(sample) < k:
            sample.append(item)
        elif rng.random() < k / seen:
            sample[int(rng.random() * k)] = item
    return sample
