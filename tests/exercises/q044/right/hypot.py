"""np.hypot takes lengths without overflow; einsum sums the products."""

import numpy as np


def cosine_similarity_matrix(A: np.ndarray, B: np.ndarray) -> np.ndarray:
    A, B = np.asarray(A, dtype=np.float64), np.asarray(B, dtype=np.float64)
    for name, matrix in (("A", A), ("B", B)):
        if matrix.ndim != 2:
            raise ValueError(f"{name} must be two-dimensional")
    if A.shape[1] != B.shape[1]:
        raise ValueError("widths differ")
    with np.errstate(invalid="ignore"):
        left = A / _lengths(A)
        right = B / _lengths(B)
        return np.einsum("id,jd->ij", left, right).clip(-1.0, 1.0)


def _lengths(matrix):
    lengths = np.hypot.reduce(matrix, axis=1, keepdims=True)
    return np.where(lengths == 0, 1.0, lengths)
