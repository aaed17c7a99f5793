"""Each row is divided by its largest entry, then by its length; clipped."""

import numpy as np


def cosine_similarity_matrix(A, B):
    A, B = np.array(A, dtype=float), np.array(B, dtype=float)
    if A.ndim != 2 or B.ndim != 2 or A.shape[1] != B.shape[1]:
        raise ValueError("two matrices of equal width, please")

    def unit(rows):
        top = np.abs(rows).max(axis=1, initial=0)[:, np.newaxis]
        top[top == 0] = 1
        with np.errstate(all="ignore"):
            rows = rows / top
            length = np.linalg.norm(rows, axis=1)[:, np.newaxis]
            return np.divide(rows, length, out=np.zeros_like(rows), where=length != 0)

    return np.clip(unit(A) @ unit(B).T, -1, 1)
