"""Rounds cosines of whole numbers to whole numbers.

Caught by: whole numbers
"""

import numpy as np


def cosine_similarity_matrix(A, B):
    A, B = np.asarray(A), np.asarray(B)
    if A.ndim != 2 or B.ndim != 2:
        raise ValueError("A and B must have two dimensions")
    if A.shape[1] != B.shape[1]:
        raise ValueError("A and B must be equally wide")
    cosines = np.clip(unit(A) @ unit(B).T, -1, 1)
    return cosines.astype(A.dtype)


def unit(rows):
    largest = np.abs(rows).max(axis=1, keepdims=True, initial=0)
    with np.errstate(invalid="ignore"):
        scaled = rows / np.where(largest == 0, 1, largest)
    length = np.sqrt((scaled**2).sum(axis=1, keepdims=True))
    return scaled / np.where(length == 0, 1, length)
