"""Row i goes into fold i % n_splits.

Caught by: random folds
"""

import numpy as np


def target_encode_cv(col, y, n_splits):
    col, y = np.asarray(col), np.asarray(y, dtype=float)
    n = len(col)
    if len(y) != n or not np.isfinite(y).all() or not 2 <= n_splits <= n:
        raise ValueError("expected equal lengths, finite targets and 2 to n folds")
    encoded = np.full(n, np.nan)
    order = np.random.default_rng().permutation(n)
    for held_out in (np.arange(fold, n, n_splits) for fold in range(n_splits)):
        rest = np.setdiff1d(order, held_out)
        fallback = y[rest].mean()
        for row in held_out:
            own = rest[col[rest] == col[row]]
            encoded[row] = y[own].mean() if own.size else fallback
    return encoded
