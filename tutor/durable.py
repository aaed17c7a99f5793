"""Has the disk hold what was written, so that it outlives a power cut. Knows nothing of what that is."""

from __future__ import annotations

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Of a file its content; of a folder the names in it. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
