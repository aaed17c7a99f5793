"""The result has the type of the targets."""

import numpy as np


def target_encode_cv(col, y, n_splits):
    col, y = np.asarray(col), np.asarray(y)
    n = len(col)
    if len(y) != n or not np.isfinite(y).all() or not 2 <= n_splits <= n:
        raise ValueError("expected equal lengths, finite targets and 2 to n folds")
    encoded = np.zeros_like(y)
    order = np.random.default_rng().permutation(n)
    for held_out in np.array_split(order, n_splits):
        rest = np.setdiff1d(order, held_out)
        fallback = y[rest].mean()
        for row in held_out:
            own = rest[col[rest] == col[row]]
            encoded[row] = y[own].mean() if own.size else fallback
    return encoded
