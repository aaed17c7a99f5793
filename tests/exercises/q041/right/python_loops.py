"""Pure Python, one sum for each window, returns a list."""


def rolling_window_mean(x, k):
    if k < 1:
        raise ValueError("k must be at least 1")
    shape = getattr(x, "shape", None)
    if (shape is not None and len(shape) != 1) or any(isinstance(value, (list, tuple)) for value in x):
        raise ValueError("x must be one-dimensional")
    values = [float(value) for value in x]
    means = [float("nan")] * len(values)
    for end in range(k, len(values) + 1):
        means[end - 1] = sum(values[end - k : end]) / k
    return means
