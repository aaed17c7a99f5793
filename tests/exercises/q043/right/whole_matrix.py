"""All IoUs at once, then one pass over the rows of the matrix; no division: shared > t * union."""

import numpy as np


def nms(boxes, scores, iou_thresh):
    b, s, t = np.asarray(boxes, float), np.asarray(scores, float), float(iou_thresh)
    if b.shape == (0,):
        b = b.reshape(0, 4)
    if b.ndim != 2 or b.shape[-1] != 4:
        raise ValueError(f"boxes: {b.shape}")
    if s.shape != b.shape[:1]:
        raise ValueError(f"scores: {s.shape}")
    if not (np.isfinite(b).all() and not np.isnan(s).any() and 0 <= t <= 1):
        raise ValueError("NaN, infinity or a threshold outside 0 to 1")
    sides = np.maximum(b[:, 2:] - b[:, :2], 0)
    area = sides[:, 0] * sides[:, 1]
    low = np.maximum(b[:, None, :2], b[None, :, :2])
    high = np.minimum(b[:, None, 2:], b[None, :, 2:])
    shared = np.maximum(high - low, 0).prod(axis=-1)
    too_close = shared > t * (area[:, None] + area[None, :] - shared)
    gone = np.zeros(len(b), dtype=bool)
    keep = []
    for i in np.argsort(-s, kind="mergesort").tolist():
        if not gone[i]:
            keep.append(i)
            gone |= too_close[i]
    return np.array(keep, dtype=np.int32)
