"""Cosine similarity of every row of one matrix with every row of another."""

import numpy as np
from numpy.typing import ArrayLike


def cosine_similarity_matrix(A: ArrayLike, B: ArrayLike) -> np.ndarray:
    """Cosine of the angle between each row of A and each row of B.

    A: (n, d) numbers, list or array.
    B: (m, d) numbers, list or array.
    Returns (n, m) float64 from -1 to 1. A row of zeros gives 0; a row with NaN or infinity gives NaN.
    Raises ValueError where A or B is not two-dimensional or their widths differ.

    O(n * m * d) time in one matrix product, O(n * m + (n + m) * d) memory.
    """
    left, right = np.asarray(A, dtype=float), np.asarray(B, dtype=float)
    if left.ndim != 2 or right.ndim != 2:
        raise ValueError(f"A and B have {left.ndim} and {right.ndim} dimensions, expected 2 and 2")
    if left.shape[1] != right.shape[1]:
        raise ValueError(f"A has {left.shape[1]} columns and B has {right.shape[1]}, expected equal numbers")
    return np.clip(_unit_rows(left) @ _unit_rows(right).T, -1.0, 1.0)


def _unit_rows(matrix: np.ndarray) -> np.ndarray:
    """(n, d) rows scaled to length 1; rows of zeros stay zero.

    Each row is divided by its largest magnitude before it is squared, so that the squares of very small
    values do not vanish and those of very large ones do not overflow.
    """
    largest = np.max(np.abs(matrix), axis=1, keepdims=True, initial=0.0)
    with np.errstate(invalid="ignore"):  # inf / inf: that row becomes NaN, as documented
        scaled = matrix / np.where(largest == 0, 1.0, largest)
    lengths = np.sqrt(np.sum(scaled**2, axis=1, keepdims=True))
    return scaled / np.where(lengths == 0, 1.0, lengths)
