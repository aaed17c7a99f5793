"""Cases for reservoir_sample: what tells a right solution from a subtly wrong one.

A sample is random, so frequencies over many calls are judged by bounds that hold exactly (Hoeffding, 1963), whatever
the number of calls. Each of the five statistical cases fails a right solution with a probability below FALSE_ALARM,
so a right solution meets a wrong verdict less than once in a million attempts.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations

import numpy as np

from tutor.cases import Call, Case, Outcome, Stream

FALSE_ALARM = 1e-7
SIZES = (1_000, 10_000, 50_000, 100_000, 200_000)
PARTS = 4  # the long stream's start, its two middle parts and its end


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Inputs vary with ``rng``."""
    yield from _whole_streams(rng)
    yield from _samples(rng)
    yield from _frequencies(rng)
    yield from _refused(rng)


def timed(n: int, rng: np.random.Generator) -> Call:
    """A sample of 10 from a stream of n items."""
    return Call((Stream(count=n), 10))


def _whole_streams(rng: np.random.Generator) -> Iterator[Case]:
    n = int(rng.integers(5, 12))
    items = rng.permutation(100)[:n].tolist()
    yield Case(
        "k = n",
        "A stream of exactly k items comes back whole, in its own order.",
        args=(Stream(items), n),
        check=_whole,
        expected=repr(items),
    )
    yield Case(
        "k larger than n",
        "A stream with fewer items than k comes back whole, in its own order; that is no error.",
        args=(Stream(items), n + int(rng.integers(1, 1000))),
        check=_whole,
        expected=repr(items),
    )
    yield Case(
        "an empty stream",
        "No items give an empty list.",
        calls=(Call((Stream([]), 3)), Call(([], 1)), Call((Stream([]), 0))),
        check=_whole,
        expected="[]",
    )
    mixed = [None, 0, "", 7.5, [1, 2], "text", False, [3]]
    yield Case(
        "items of any type",
        "Items may be None, empty or lists: none of them marks the end, and not all can be put into a set.",
        args=(Stream(mixed), len(mixed)),
        check=_whole,
        expected=repr(mixed),
    )
    yield Case(
        "k = 0",
        "Nothing is asked for, so nothing needs to be read: an endless stream must not hang the program.",
        calls=(Call((Stream(items), 0)), Call((Stream(stops_after=10_000), 0))),
        accept=([],),
        shown="n items, then an endless stream, k = 0",
    )


def _whole(outcomes: tuple[Outcome, ...]) -> str:
    for outcome in outcomes:
        stream = outcome.call.args[0]
        items = list(stream.items if isinstance(stream, Stream) else stream)
        problem = _not_a_list(outcome.value)
        if problem:
            return problem
        if [repr(item) for item in outcome.value] != [repr(item) for item in items]:
            return "The stream does not come back whole and in its own order."
    return ""


def _not_a_list(value: object) -> str:
    return "" if type(value) is list else f"The result is a {type(value).__name__}; expected a list."


def _samples(rng: np.random.Generator) -> Iterator[Case]:
    n, k = int(rng.integers(400, 600)), int(rng.integers(8, 20))
    yield Case(
        "a one-pass stream",
        "An iterator has no length and no second pass; k different items of it come back, and all were read.",
        args=(Stream(count=n), k),
        check=_k_different_items,
        expected=f"{k} different items",
    )
    listed = rng.permutation(1000)[:n].tolist()
    yield Case(
        "a list as the stream",
        "Any iterable will do, and it is only read.",
        args=(listed, k),
        check=_k_different_items,
        expected=f"{k} different items",
        shown=f"a list of {n} numbers, k = {k}",
    )
    yield Case(
        "equal items",
        "Items that are equal are still different items: 7 may be drawn as often as the stream holds it.",
        calls=(Call((Stream([7] * 20), 5)), Call((Stream([[1], [1], [1], [1]]), 2))),
        check=_all_equal,
        expected="[7, 7, 7, 7, 7], then [[1], [1]]",
    )
    yield Case(
        "a huge stream in bounded memory",
        "A stream that is larger than the memory allows no list of all its items.",
        args=(Stream(count=36_000, payload=32_768), 3),
        check=_three_of_the_huge_stream,
        expected="3 different items",
        shown="36,000 items of 32 KiB, 1.2 GB in all, k = 3",
    )
    yield Case(
        "global random state",
        "Drawing from a global generator changes what the rest of the program draws, and seeding it is worse.",
        args=(Stream(count=50), 5),
        check=_k_different_items,
        expected="the global generators of random and NumPy as they were",
        keeps_random_state=True,
    )


def _k_different_items(outcomes: tuple[Outcome, ...]) -> str:
    (outcome,) = outcomes
    stream, k = outcome.call.args
    problem = _not_a_list(outcome.value)
    if problem:
        return problem
    if len(outcome.value) != k:
        return f"The sample holds {len(outcome.value)} items; expected {k}."
    if len(set(outcome.value)) != k:
        return "An item of the stream is in the sample more than once."
    known = set(range(stream.count or 0)) if isinstance(stream, Stream) else set(stream)
    if not set(outcome.value) <= known:
        return "The sample holds something that is not in the stream."
    if isinstance(stream, Stream) and outcome.read[0] < (stream.count or 0):
        return f"Only {outcome.read[0]} of {stream.count} items were read, so the later ones had no chance."
    return ""


def _all_equal(outcomes: tuple[Outcome, ...]) -> str:
    for outcome in outcomes:
        stream, k = outcome.call.args
        problem = _not_a_list(outcome.value)
        if problem:
            return problem
        if outcome.value != [stream.items[0]] * k:
            return f"The sample is {outcome.value}; expected {k} times {stream.items[0]}."
    return ""


def _three_of_the_huge_stream(outcomes: tuple[Outcome, ...]) -> str:
    (outcome,) = outcomes
    numbers = {Stream.number(item) for item in outcome.value}
    if len(outcome.value) != 3 or len(numbers) != 3 or -1 in numbers:
        return "The sample does not hold 3 different items of the stream."
    return ""


def _frequencies(rng: np.random.Generator) -> Iterator[Case]:
    n, k, times = (int(number) for number in rng.choice([(5, 2, 2000), (5, 3, 3000), (4, 2, 1500)]))
    yield Case(
        "every set is equally likely",
        "Equal chances for single items are not enough: neighbours must not come together more often than others.",
        calls=(Call((Stream(count=n), k), times=times),),
        check=_sets_are_equally_likely,
        expected=f"each of the {math.comb(n, k)} sets about {times / math.comb(n, k):.0f} times",
        shown=f"{times:,} samples of {k} from {n} items",
    )
    last = int(rng.integers(3, 6))
    for name, n, k, times, why in (
        ("k = 1", 5, 1, 1500, "Item i must win with chance 1/i, so that all have the same chance in the end."),
        ("one item too many", last, last - 1, 1500, "Item k + 1 enters with k/(k + 1): a range off by one shows here."),
        ("40 items", 40, 8, 600, "Every item has the chance k/n, the first and the last ones too."),
        ("200 items", 200, 20, 150, "A fixed chance of replacement favours late items, coarse draws early ones."),
    ):
        yield Case(
            name,
            why,
            calls=(Call((Stream(count=n), k), times=times),),
            check=_items_are_equally_likely,
            expected=f"each item in about {k / n:.0%} of the samples",
            shown=f"{times:,} samples of {k} from {n} items",
        )


def _sets_are_equally_likely(outcomes: tuple[Outcome, ...]) -> str:
    (outcome,) = outcomes
    stream, k = outcome.call.args
    problem = _malformed(outcome)
    if problem:
        return problem
    sets = list(combinations(range(stream.count), k))
    counts = Counter(tuple(sorted(sample)) for sample in outcome.values)
    return _unlikely([(f"The set {each}", counts[each]) for each in sets], len(outcome.values), 1 / len(sets), 1.0)


def _items_are_equally_likely(outcomes: tuple[Outcome, ...]) -> str:
    """Single items, and for a long stream also its parts, where the same bias adds up."""
    (outcome,) = outcomes
    stream, k = outcome.call.args
    problem = _malformed(outcome)
    if problem:
        return problem
    n, times = stream.count, len(outcome.values)
    counts = np.bincount([item for sample in outcome.values for item in sample], minlength=n)
    items = [(f"Item {item + 1} of {n}", int(count)) for item, count in enumerate(counts)]
    parts = [
        (f"Part {number + 1} of {PARTS} of the stream", int(part.sum()))
        for number, part in enumerate(np.split(counts, PARTS) if n % PARTS == 0 else [])
    ]
    return _unlikely(items, times, k / n, 0.5) or _unlikely(parts, times * k, 1 / PARTS, 0.5)


def _malformed(outcome: Outcome) -> str:
    stream, k = outcome.call.args
    for sample in outcome.values:
        problem = _not_a_list(sample)
        if problem:
            return problem
        if len(sample) != k or len(set(sample)) != k or not set(sample) <= set(range(stream.count)):
            return f"A sample is {sample}; expected {k} different items of the stream."
    return ""


def _unlikely(counted: Iterable[tuple[str, int]], trials: int, chance: float, share: float) -> str:
    """The first count too far from ``trials * chance`` to be luck; "" where there is none.

    A count of independent trials, or of draws without replacement, lies so far from its mean that
    ``trials * KL(count / trials, chance)`` exceeds t with a probability of 2 exp(-t) at most. t is such that all
    counts together stay below FALSE_ALARM * share.
    """
    counted = list(counted)
    limit = math.log(2 * max(1, len(counted)) / (FALSE_ALARM * share))
    for name, count in counted:
        if trials * _divergence(count / trials, chance) > limit:
            return f"{name} was drawn {count:,} times; expected about {trials * chance:,.0f} times."
    return ""


def _divergence(share: float, chance: float) -> float:
    """Kullback-Leibler divergence of two coins, in nats."""
    hit = share * math.log(share / chance) if share > 0 else 0.0
    miss = (1 - share) * math.log((1 - share) / (1 - chance)) if share < 1 else 0.0
    return hit + miss


def _refused(rng: np.random.Generator) -> Iterator[Case]:
    negative = -int(rng.integers(1, 5))
    why = "A negative size is a mistake, and an empty list would hide it."
    yield Case("k below 0", why, args=(Stream(count=5), negative), raises=("ValueError",))
    yield Case("k below 0, no items", why, args=(Stream([]), negative), raises=("ValueError",))
