"""The mean of the category over all rows: each row sees its own target."""

import numpy as np


def target_encode_cv(col, y, n_splits):
    col, y = np.asarray(col), np.asarray(y, dtype=float)
    n = len(col)
    if len(y) != n or not np.isfinite(y).all() or not 2 <= n_splits <= n:
        raise ValueError("expected equal lengths, finite targets and 2 to n folds")
    return np.array([y[col == category].mean() for category in col])
