"""Adds 1 to every side, as for whole pixels."""

import numpy as np


def nms(boxes, scores, iou_thresh):
    boxes, scores = np.asarray(boxes, dtype=float), np.asarray(scores, dtype=float)
    if boxes.shape == (0,):
        boxes = boxes.reshape(0, 4)
    if boxes.ndim != 2 or boxes.shape[1] != 4 or scores.shape != (len(boxes),):
        raise ValueError("boxes must be (n, 4), scores (n,)")
    if not np.isfinite(boxes).all():
        raise ValueError("coordinates must be finite")
    if np.isnan(scores).any():
        raise ValueError("scores must not be NaN")
    if iou_thresh < 0 or iou_thresh > 1:
        raise ValueError("the threshold must lie between 0 and 1")
    order = np.argsort(-scores, kind="stable")
    keep = []
    while order.size:
        best, order = order[0], order[1:]
        keep.append(best)
        order = order[iou(boxes[best], boxes[order]) <= iou_thresh]
    return np.array(keep, dtype=int)


def iou(box, others):
    width = np.maximum(np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0]) + 1, 0)
    height = np.maximum(np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1]) + 1, 0)
    shared = width * height
    union = area(box) + area(others) - shared
    return np.where(union > 0, shared / np.where(union > 0, union, 1), 0)


def area(box):
    return np.maximum(box[..., 2] - box[..., 0] + 1, 0) * np.maximum(box[..., 3] - box[..., 1] + 1, 0)
