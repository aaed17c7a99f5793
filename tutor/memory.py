"""How much memory the machine has left, and how much of it may keep what the chat model has read.

Knows nothing of models.
"""

from __future__ import annotations

from pathlib import Path

MODEL_MIB = 1900
"""What the embedded chat model, the embedding model and the page need besides."""


def available_mib(meminfo: Path = Path("/proc/meminfo")) -> int | None:
    """Memory that programs can still have, None where the system does not say so in a file."""
    try:
        lines = meminfo.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, IndexError, StopIteration):
        return None


def room_mib(asked_mib: int, available: int | None) -> int:
    """As much as was asked for, but no more than the machine has beside the models."""
    return asked_mib if available is None else max(0, min(asked_mib, available - MODEL_MIB))
