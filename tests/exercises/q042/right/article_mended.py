"""Category by category and fold by fold, as most people write it, with a generator of its own."""

import numpy as np


def target_encode_cv(col, y, n_splits, *, random_state=42):
    col, y = np.asarray(col), np.asarray(y, dtype=float)
    if len(col) != len(y):
        raise ValueError(f"{len(col)} categories, {len(y)} targets")
    if np.isnan(y).any() or np.isinf(y).any():
        raise ValueError("y holds NaN or infinity")
    if n_splits <= 1:
        raise ValueError("at least two folds are needed")
    if n_splits > len(col):
        raise ValueError("more folds than rows")
    order = np.arange(len(col))
    np.random.RandomState(random_state).shuffle(order)
    folds = np.array_split(order, n_splits)
    encoded = np.full(len(col), np.nan)
    for i, val in enumerate(folds):
        train = np.concatenate([fold for j, fold in enumerate(folds) if j != i])
        overall = y[train].mean()
        for category in np.unique(col[val]):
            rows = train[col[train] == category]
            encoded[val[col[val] == category]] = y[rows].mean() if rows.size else overall
    return encoded.tolist()
