"""Pure Python: sorted indices, one list of kept boxes, each new box is compared with all of it."""

import math


def iou(a, b):
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if min(width, height, a[2] - a[0], a[3] - a[1], b[2] - b[0], b[3] - b[1]) <= 0:
        return 0.0
    shared = width * height
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


def nms(boxes, scores, iou_thresh):
    if hasattr(boxes, "shape") and len(boxes.shape) != 2:
        raise ValueError("boxes must be n rows of 4 numbers")
    rows = []
    for box in boxes:
        if not hasattr(box, "__len__") or len(box) != 4:
            raise ValueError("a box has four numbers")
        rows.append([float(value) for value in box])
        if not all(math.isfinite(value) for value in rows[-1]):
            raise ValueError("a coordinate is not finite")
    marks = [float(score) for score in scores]
    if len(marks) != len(rows) or any(math.isnan(mark) for mark in marks):
        raise ValueError("one score for each box, and no NaN")
    if not 0 <= iou_thresh <= 1:
        raise ValueError("the threshold lies between 0 and 1")
    kept = []
    for i in sorted(range(len(rows)), key=lambda i: -marks[i]):
        if all(iou(rows[i], rows[j]) <= iou_thresh for j in kept):
            kept.append(i)
    return kept
