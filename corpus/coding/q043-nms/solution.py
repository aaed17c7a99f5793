"""Greedy non-maximum suppression of axis-aligned boxes."""

import numpy as np
from numpy.typing import ArrayLike


def nms(boxes: ArrayLike, scores: ArrayLike, iou_thresh: float) -> np.ndarray:
    """Indices of the boxes that survive, best score first.

    boxes: (n, 4) finite corners x1, y1, x2, y2, list or array; [] for none.
    scores: (n,) numbers without NaN. Of equal scores the earlier index comes first.
    iou_thresh: from 0 to 1. A box goes where its IoU with a kept box is larger; an equal IoU stays.
    Returns (kept,) integers (np.intp), also where there are no boxes.
    Raises ValueError for wrong shapes, coordinates that are not finite, a NaN score or a threshold
    outside 0..1.

    O(n log n + n * kept) time, O(n) memory.
    """
    corners = np.asarray(boxes, dtype=float)
    confidence = np.asarray(scores, dtype=float)
    if corners.shape == (0,):
        corners = corners.reshape(0, 4)
    _check(corners, confidence, iou_thresh)

    ranking = np.argsort(-confidence, kind="stable")
    ranked = np.ascontiguousarray(corners[ranking].T)
    alive = np.ones(ranking.size, dtype=bool)
    for i in range(ranking.size):
        if alive[i]:
            alive[i + 1 :] &= _iou(ranked[:, i], ranked[:, i + 1 :]) <= iou_thresh
    return ranking[alive]


def _iou(box: np.ndarray, others: np.ndarray) -> np.ndarray:
    """IoU of one box (4,) with m others (4, m): (m,) from 0 to 1, and 0 for a box without area."""
    low = np.maximum(box[:2, None], others[:2])
    high = np.minimum(box[2:, None], others[2:])
    shared = _area(*low, *high)
    union = _area(*box) + _area(*others) - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)


def _area(x1: np.ndarray, y1: np.ndarray, x2: np.ndarray, y2: np.ndarray) -> np.ndarray:
    """Areas between corners, and 0 where a side is zero or turned round."""
    return np.maximum(x2 - x1, 0.0) * np.maximum(y2 - y1, 0.0)


def _check(corners: np.ndarray, confidence: np.ndarray, iou_thresh: float) -> None:
    if corners.ndim != 2 or corners.shape[1] != 4:
        raise ValueError(f"boxes has shape {corners.shape}, expected (n, 4)")
    if confidence.shape != corners.shape[:1]:
        raise ValueError(f"scores has shape {confidence.shape}, expected {corners.shape[:1]} for these boxes")
    if not np.isfinite(corners).all():
        raise ValueError("boxes holds NaN or infinite coordinates, expected finite numbers")
    if np.isnan(confidence).any():
        raise ValueError("scores holds NaN, which has no place in a ranking")
    if not 0 <= iou_thresh <= 1:
        raise ValueError(f"iou_thresh is {iou_thresh}, expected 0 to 1")
