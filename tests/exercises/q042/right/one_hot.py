"""Sums per fold and category in one matrix; each fold adds up the other folds' lines of it."""

import numpy as np


def target_encode_cv(col, y, n_splits, *, seed=0):
    names = {}
    codes = np.array([names.setdefault(value, len(names)) for value in col], dtype=int)
    y = np.asarray(y, dtype=float)
    if y.shape != codes.shape or not np.isfinite(y).all():
        raise ValueError("y must be finite and as long as col")
    if not 1 < n_splits <= codes.size:
        raise ValueError("n_splits must be 2 .. n")
    fold = np.random.default_rng(seed).permutation(codes.size) % n_splits
    sums, counts = np.zeros((n_splits, len(names))), np.zeros((n_splits, len(names)))
    np.add.at(sums, (fold, codes), y)
    np.add.at(counts, (fold, codes), 1)
    others = ~np.eye(n_splits, dtype=bool)
    result = []
    for f, c in zip(fold, codes, strict=True):
        lines = others[f]
        if counts[lines, c].sum():
            result.append(sums[lines, c].sum() / counts[lines, c].sum())
        else:
            result.append(sums[lines].sum() / counts[lines].sum())
    return np.array(result)
