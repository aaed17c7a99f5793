"""How much memory and disk space the machine has left. Knows nothing of what needs it."""

from __future__ import annotations

import shutil
from pathlib import Path


def available_mib(meminfo: Path = Path("/proc/meminfo")) -> int | None:
    """Memory that programs can still have, None where the system does not say so in a file."""
    try:
        lines = meminfo.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, ValueError, IndexError, StopIteration):
        return None


def free_bytes(folder: Path) -> int:
    """Of the disk on which ``folder`` is, or will be made."""
    place = next(each for each in (folder, *folder.parents) if each.exists())
    return shutil.disk_usage(place).free
