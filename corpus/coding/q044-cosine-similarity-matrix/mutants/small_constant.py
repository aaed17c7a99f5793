"""A constant of 1e-12 in the denominator shrinks the cosine of short rows."""

import numpy as np


def cosine_similarity_matrix(A, B):
    A, B = np.asarray(A, dtype=float), np.asarray(B, dtype=float)
    if A.ndim != 2 or B.ndim != 2:
        raise ValueError("A and B must have two dimensions")
    if A.shape[1] != B.shape[1]:
        raise ValueError("A and B must be equally wide")
    lengths = np.linalg.norm(A, axis=1)[:, None] * np.linalg.norm(B, axis=1)
    return np.clip(A @ B.T / (lengths + 1e-12), -1, 1)
