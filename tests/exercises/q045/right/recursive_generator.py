"""A chain of single places: an item that is pushed out of one place is not handed on. next() and a sentinel."""

from random import Random


def reservoir_sample(stream, k):
    if k < 0:
        raise ValueError("the sample cannot have a negative size")
    end, rng, places = object(), Random(), {}
    source, number = iter(stream), 0
    while k and (item := next(source, end)) is not end:
        number += 1
        place = number - 1 if number <= k else rng.randrange(number)
        if place < k:
            places[place] = item
    return [places[place] for place in sorted(places)]
