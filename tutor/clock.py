"""How long something took, as the tutor's records say it. Knows nothing else."""

from __future__ import annotations

import time


def milliseconds_since(started: float) -> float:
    """Milliseconds from ``started``, a reading of ``time.perf_counter``, rounded to hundredths."""
    return round((time.perf_counter() - started) * 1000, 2)
