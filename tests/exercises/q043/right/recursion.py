"""Head and tail: the best box, and NMS of what it leaves. Exact fractions decide."""

from fractions import Fraction


def nms(boxes, scores, iou_thresh):
    if not 0 <= iou_thresh <= 1:
        raise ValueError("threshold")
    if len(boxes) != len(scores):
        raise ValueError("lengths")
    try:
        exact = [tuple(Fraction(float(value)) for value in box) for box in boxes]
    except (OverflowError, TypeError) as error:
        raise ValueError("a coordinate is no finite number") from error
    if any(len(box) != 4 for box in exact) or any(score != score for score in scores):
        raise ValueError("four coordinates a box, and no NaN score")
    ranked = sorted(range(len(exact)), key=lambda i: (-float(scores[i]), i))
    return _survivors(ranked, exact, Fraction(float(iou_thresh)))


def _survivors(ranked, boxes, limit):
    if not ranked:
        return []
    best, *rest = ranked
    return [best, *_survivors([i for i in rest if _iou(boxes[best], boxes[i]) <= limit], boxes, limit)]


def _iou(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0
    return width * height / (_area(a) + _area(b) - width * height)


def _area(box):
    return max(box[2] - box[0], 0) * max(box[3] - box[1], 0)
