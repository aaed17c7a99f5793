"""A queue made of two stacks of partial sums: amortised O(1) a value, and no subtraction."""


def rolling_window_mean(x, k):
    try:
        values = [float(value) for value in x]
    except TypeError:
        raise ValueError("x is not a flat series of numbers") from None
    if hasattr(x, "ndim") and x.ndim != 1:
        raise ValueError("x is not one-dimensional")
    if k <= 0:
        raise ValueError("k is not positive")
    newest, newest_sum, oldest = [], 0.0, []
    means = [float("nan")] * len(values)
    for i, value in enumerate(values):
        newest.append(value)
        newest_sum += value
        if i >= k - 1:
            means[i] = (newest_sum + (oldest[-1] if oldest else 0.0)) / k
            if not oldest:
                total = 0.0
                while newest:
                    total += newest.pop()
                    oldest.append(total)
                newest_sum = 0.0
            oldest.pop()
    return means
