"""Extended precision has room for the squares of 1e200 and 1e-200."""

import numpy as np


def cosine_similarity_matrix(A, B):
    wide_a, wide_b = np.asarray(A).astype(np.longdouble), np.asarray(B).astype(np.longdouble)
    if wide_a.ndim != 2 or wide_b.ndim != 2:
        raise ValueError("not a matrix")
    if wide_a.shape[1] != wide_b.shape[1]:
        raise ValueError("not as wide as each other")
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        lengths = np.outer(np.sqrt((wide_a**2).sum(1)), np.sqrt((wide_b**2).sum(1)))
        cosines = (wide_a @ wide_b.T) / lengths
    bad = ~(np.isfinite(wide_a).all(1)[:, None] & np.isfinite(wide_b).all(1)[None, :])
    cosines[lengths == 0] = 0
    cosines[bad] = np.nan
    return np.clip(cosines.astype(float), -1, 1)
