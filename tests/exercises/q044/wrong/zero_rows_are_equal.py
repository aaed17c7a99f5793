"""Two rows of zeros count as equal, with a cosine of 1.

Caught by: a row of zeros
"""

import numpy as np


def cosine_similarity_matrix(A, B):
    A, B = np.asarray(A, dtype=float), np.asarray(B, dtype=float)
    if A.ndim != 2 or B.ndim != 2:
        raise ValueError("A and B must have two dimensions")
    if A.shape[1] != B.shape[1]:
        raise ValueError("A and B must be equally wide")
    cosines = np.clip(unit(A) @ unit(B).T, -1, 1)
    cosines[np.ix_((A == 0).all(axis=1), (B == 0).all(axis=1))] = 1
    return cosines


def unit(rows):
    largest = np.abs(rows).max(axis=1, keepdims=True, initial=0)
    with np.errstate(invalid="ignore"):
        scaled = rows / np.where(largest == 0, 1, largest)
    length = np.sqrt((scaled**2).sum(axis=1, keepdims=True))
    return scaled / np.where(length == 0, 1, length)
