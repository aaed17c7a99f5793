"""Describes the machine and what was measured on it, for the head of the table."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("torch", "sentence-transformers", "chromadb", "xllamacpp", "langchain-core", "gradio", "numpy")
ROOT = Path(__file__).resolve().parent.parent


def describe() -> str:
    """One line for the machine, one for the versions, one for how busy it is."""
    return "\n".join(
        [
            f"- {_processor()}, {os.cpu_count()} cores, {_memory_gb():.0f} GB of memory, {platform.platform()}",
            f"- Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in PACKAGES),
            f"- commit {commit()}; load before the run: {os.getloadavg()[0]:.1f} of {os.cpu_count()} cores",
        ]
    )


def commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"


def resident_mb(pid: int | str = "self") -> float:
    """Memory of a process and of those it started, in MB; 0 where the system does not say."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    own = next((float(line.split()[1]) / 1000 for line in status.splitlines() if line.startswith("VmRSS:")), 0.0)
    children = Path(f"/proc/{pid}/task/{pid}/children") if pid != "self" else None
    started = children.read_text(encoding="ascii").split() if children and children.exists() else []
    return own + sum(resident_mb(child) for child in started)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
