"""The usual NumPy loop: take the first of the order, keep what overlaps it little enough."""

import numpy as np


def nms(boxes: np.ndarray, scores: np.ndarray, iou_thresh: float) -> np.ndarray:
    boxes, scores = np.array(boxes, dtype=float), np.array(scores, dtype=float)
    if boxes.size == 0 and scores.size == 0:
        return np.empty(0, dtype=np.int64)
    if boxes.ndim != 2 or boxes.shape[1] != 4 or scores.shape != (len(boxes),):
        raise ValueError("shapes")
    if not np.isfinite(boxes).all() or np.isnan(scores).any() or iou_thresh < 0 or iou_thresh > 1:
        raise ValueError("values")
    x1, y1, x2, y2 = boxes.T
    area = np.clip(x2 - x1, 0, None) * np.clip(y2 - y1, 0, None)
    order, keep = np.lexsort((np.arange(len(scores)), -scores)), []
    while order.size:
        best, order = order[0], order[1:]
        keep.append(best)
        width = np.clip(np.minimum(x2[best], x2[order]) - np.maximum(x1[best], x1[order]), 0, None)
        height = np.clip(np.minimum(y2[best], y2[order]) - np.maximum(y1[best], y1[order]), 0, None)
        shared = width * height
        union = area[best] + area[order] - shared
        overlap = np.zeros(len(order))
        overlap[union > 0] = shared[union > 0] / union[union > 0]
        order = order[overlap <= iou_thresh]
    return np.array(keep)
