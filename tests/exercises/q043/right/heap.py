"""A heap gives the best box that is left; a set holds the boxes that are gone."""

import heapq

import numpy as np


def nms(boxes, scores, iou_thresh):
    boxes = np.asarray(boxes, dtype=np.float64)
    scores = np.asarray(scores, dtype=np.float64)
    if boxes.size == 0:
        boxes = boxes.reshape(-1, 4)
    if boxes.ndim != 2 or boxes.shape[1] != 4 or scores.ndim != 1 or len(scores) != len(boxes):
        raise ValueError("boxes must be (n, 4) and scores (n,)")
    if not np.all(np.isfinite(boxes)) or np.any(np.isnan(scores)):
        raise ValueError("coordinates must be finite and scores must not be NaN")
    if not 0.0 <= iou_thresh <= 1.0:
        raise ValueError("iou_thresh must be in [0, 1]")
    heap = [(-score, i) for i, score in enumerate(scores.tolist())]
    heapq.heapify(heap)
    gone, keep = set(), []
    while heap:
        _, best = heapq.heappop(heap)
        if best in gone:
            continue
        keep.append(best)
        for _, other in heap:
            if other not in gone and _overlap(boxes[best], boxes[other]) > iou_thresh:
                gone.add(other)
    return np.array(keep, dtype=int)


def _overlap(a, b):
    def area(x1, y1, x2, y2):
        return max(x2 - x1, 0.0) * max(y2 - y1, 0.0)

    shared = area(max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3]))
    union = area(*a) + area(*b) - shared
    return shared / union if union else 0.0
