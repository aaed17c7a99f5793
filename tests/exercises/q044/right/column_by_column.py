"""Adds one column at a time (a loop over columns, none over rows), in plain float arithmetic after scaling."""

import numpy as np


def cosine_similarity_matrix(A, B):
    A, B = np.asarray(A, dtype=float), np.asarray(B, dtype=float)
    if A.ndim != 2 or B.ndim != 2:
        raise ValueError("A and B must be 2-D")
    n, d = A.shape
    m, width = B.shape
    if d != width:
        raise ValueError(f"{d} columns against {width}")
    biggest_a, biggest_b = np.zeros(n), np.zeros(m)
    for c in range(d):
        biggest_a = np.maximum(biggest_a, abs(A[:, c]))
        biggest_b = np.maximum(biggest_b, abs(B[:, c]))
    biggest_a[biggest_a == 0], biggest_b[biggest_b == 0] = 1, 1
    dots, aa, bb = np.zeros((n, m)), np.zeros(n), np.zeros(m)
    with np.errstate(invalid="ignore", divide="ignore"):
        for c in range(d):
            a, b = A[:, c] / biggest_a, B[:, c] / biggest_b
            dots += np.outer(a, b)
            aa += a * a
            bb += b * b
        aa[aa == 0], bb[bb == 0] = 1, 1
        dots /= np.sqrt(aa)[:, None]
        dots /= np.sqrt(bb)[None, :]
    dots[dots > 1] = 1
    dots[dots < -1] = -1
    return dots
