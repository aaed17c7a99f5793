"""Gives back the first k items and reads no further.

Caught by: a one-pass stream
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
            break
    return sample
