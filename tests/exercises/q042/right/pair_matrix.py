"""An n x n table says which row may teach which; no loop at all."""

import numpy as np


def target_encode_cv(col, y, n_splits, *, rng=None):
    y = np.array(y, dtype=float)
    col = np.array(col)
    n = y.size
    if n != col.size or n_splits < 2 or n_splits > n or not np.isfinite(y).all():
        raise ValueError("expected equal lengths, finite targets and 2 to n folds")
    fold = np.empty(n, dtype=int)
    fold[(rng or np.random.default_rng()).permutation(n)] = np.arange(n) * n_splits // n
    other = fold[:, None] != fold[None, :]
    same = other & (col[:, None] == col[None, :])
    teachers = np.where(same.any(axis=1, keepdims=True), same, other)
    return np.where(teachers, y, 0.0).sum(axis=1) / teachers.sum(axis=1)
