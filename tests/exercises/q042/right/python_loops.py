"""Pure Python: dictionaries of sums, the standard library's generator, a list as the result."""

import math
import random


def target_encode_cv(col, y, n_splits):
    n = len(col)
    if len(y) != n:
        raise ValueError("col and y differ in length")
    if not all(math.isfinite(value) for value in y):
        raise ValueError("targets must be finite")
    if n_splits < 2 or n_splits > n:
        raise ValueError("n_splits must lie between 2 and the number of rows")
    rows = list(range(n))
    random.Random().shuffle(rows)
    encoded = [0.0] * n
    for fold in range(n_splits):
        held_out = set(rows[fold::n_splits])
        sums, counts, everything = {}, {}, []
        for row in range(n):
            if row not in held_out:
                sums[col[row]] = sums.get(col[row], 0.0) + float(y[row])
                counts[col[row]] = counts.get(col[row], 0) + 1
                everything.append(float(y[row]))
        fallback = sum(everything) / len(everything)
        for row in held_out:
            encoded[row] = sums[col[row]] / counts[col[row]] if col[row] in counts else fallback
    return encoded
