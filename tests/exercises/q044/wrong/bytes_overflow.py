"""Multiplies in the 8-bit type of the input.

Caught by: small integers
"""

import numpy as np


def cosine_similarity_matrix(A, B):
    A, B = np.asarray(A), np.asarray(B)
    if A.ndim != 2 or B.ndim != 2:
        raise ValueError("A and B must have two dimensions")
    if A.shape[1] != B.shape[1]:
        raise ValueError("A and B must be equally wide")
    lengths = np.linalg.norm(A.astype(float), axis=1)[:, None] * np.linalg.norm(B.astype(float), axis=1)
    return np.clip(A @ B.T / np.where(lengths == 0, 1, lengths), -1, 1)
