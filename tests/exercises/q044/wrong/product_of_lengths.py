"""Scales for the lengths, but multiplies two lengths of 1e200.

Caught by: very long rows
"""

import numpy as np


def cosine_similarity_matrix(A, B):
    A, B = np.asarray(A, dtype=float), np.asarray(B, dtype=float)
    if A.ndim != 2 or B.ndim != 2:
        raise ValueError("A and B must have two dimensions")
    if A.shape[1] != B.shape[1]:
        raise ValueError("A and B must be equally wide")
    lengths = np.hypot.reduce(A, axis=1)[:, None] * np.hypot.reduce(B, axis=1)
    with np.errstate(all="ignore"):
        return np.clip(np.where(lengths == 0, 0, A @ B.T / lengths), -1, 1)


def unit(rows):
    largest = np.abs(rows).max(axis=1, keepdims=True, initial=0)
    with np.errstate(invalid="ignore"):
        scaled = rows / np.where(largest == 0, 1, largest)
    length = np.sqrt((scaled**2).sum(axis=1, keepdims=True))
    return scaled / np.where(length == 0, 1, length)
