"""Gives back the last k items.

Caught by: every set is equally likely
"""


def reservoir_sample(stream, k):
    if k < 0:
        raise ValueError("k must not be negative")
    sample = []
    if k == 0:
        return sample
    for i, item in enumerate(stream, start=1):
        if i <= k:
            sample.append(item)
        else:
            sample = [*sample[1:], item]
    return sample
