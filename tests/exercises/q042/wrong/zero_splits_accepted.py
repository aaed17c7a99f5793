"""Refuses 1 only; 0 folds give an array of NaN.

Caught by: n_splits = 0
"""

import numpy as np


def target_encode_cv(col, y, n_splits):
    col, y = np.asarray(col), np.asarray(y, dtype=float)
    n = len(col)
    if len(y) != n or not np.isfinite(y).all() or n_splits == 1 or n_splits > n:
        raise ValueError("expected equal lengths, finite targets and 2 to n folds")
    encoded = np.full(n, np.nan)
    order = np.random.default_rng().permutation(n)
    for held_out in np.array_split(order, n_splits) if n_splits > 0 else []:
        rest = np.setdiff1d(order, held_out)
        fallback = y[rest].mean()
        for row in held_out:
            own = rest[col[rest] == col[row]]
            encoded[row] = y[own].mean() if own.size else fallback
    return encoded
