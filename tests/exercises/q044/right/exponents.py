"""Scales rows by a power of two, which is exact; broadcasts instead of multiplying matrices; gives a list back."""

import numpy as np


def cosine_similarity_matrix(A, B):
    left, right = _check(A), _check(B)
    if left.shape[1] != right.shape[1]:
        raise ValueError("A and B differ in width")
    if not len(left) or not len(right):
        return np.empty((len(left), len(right)))
    left, right = _scaled(left), _scaled(right)
    with np.errstate(all="ignore"):
        dots = (left[:, None, :] * right[None, :, :]).sum(axis=2)
        squares = (left * left).sum(axis=1)[:, None] * (right * right).sum(axis=1)[None, :]
        cosines = np.where(squares == 0, 0.0, dots / np.sqrt(squares))
    return np.minimum(1.0, np.maximum(-1.0, cosines)).tolist()


def _check(matrix):
    matrix = np.asarray(matrix, dtype=float)
    if len(matrix.shape) != 2:
        raise ValueError("expected a matrix")
    return matrix


def _scaled(matrix):
    _, exponents = np.frexp(np.abs(matrix).max(axis=1, keepdims=True))
    scaled = np.ldexp(matrix, -exponents)
    return np.where(np.isfinite(matrix).all(axis=1, keepdims=True), scaled, np.nan)
