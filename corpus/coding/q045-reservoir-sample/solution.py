"""A uniform sample from a stream whose length nobody knows (Algorithm R; Vitter, 1985)."""

import operator
import random
from collections.abc import Iterable
from typing import TypeVar

Item = TypeVar("Item")


def reservoir_sample(stream: Iterable[Item], k: int, *, seed: int | None = None) -> list[Item]:
    """k items of the stream, every set of k equally likely.

    stream: any iterable, read once and never stored whole; the items may be of any type.
    k: sample size, 0 or more.
    seed: makes the draw repeatable; None takes fresh randomness from the operating system.
    Returns k items, or the whole stream in its order where it has no more than k.
    The order of a sample is not random: shuffle it where the order matters.
    Raises ValueError where k < 0, TypeError where k is not an integer.

    O(n) time for n items, O(k) memory. Draws on no global random state; k = 0 reads nothing.
    """
    k = operator.index(k)
    if k < 0:
        raise ValueError(f"k is {k}, expected 0 or more")
    sample: list[Item] = []
    if k == 0:
        return sample
    rng = random.Random(seed)
    for seen, item in enumerate(stream, start=1):
        if seen <= k:
            sample.append(item)
        elif (slot := rng.randrange(seen)) < k:  # with probability k / seen
            sample[slot] = item
    return sample
