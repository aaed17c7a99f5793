"""How much memory the machine has left.

Knows nothing of models.
"""

from __future__ import annotations

from pathlib import Path


def available_mib(meminfo: Path = Path("/proc/meminfo")) -> int | None:
    """Memory that programs can still have, None where the system does not say so in a file."""
    try:
        lines = meminfo.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, IndexError, StopIteration):
        return None
