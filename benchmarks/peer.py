"""Installs a peer into an environment of its own and has its quickstart do a task.

A peer that cannot be installed or fails is said to be missing, with the reason; the rest goes on. Knows nothing of what
the figures mean.
"""

from __future__ import annotations

import json
import subprocess
import venv
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent / "peers"
PEERS = {"langchain": "LangChain quickstart", "llamaindex": "LlamaIndex quickstart"}
INSTALL_SECONDS = 900


class PeerMissingError(Exception):
    """Why there are no figures of a peer."""


@dataclass(frozen=True)
class PeerFigures:
    """What a quickstart did: seconds until it was ready and had read the corpus, and a record for each question."""

    ready_s: float
    ingest_s: float
    ranked: list[dict[str, Any]]
    asked: list[dict[str, Any]]
    versions: str


def install(name: str, work: Path) -> Path:
    """The peer's Python, installed where it is not there yet. Raises PeerMissingError."""
    home = work / "peers" / name
    python = home / "bin" / "python"
    stamp = home / "installed"
    if stamp.exists():
        return python
    requirements = FOLDER / f"requirements-{name}.txt"
    try:
        venv.create(home, with_pip=True)
        command = [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
            str(requirements),
        ]
        torch = f"torch=={version('torch').partition('+')[0]}"  # the same one, and no gigabytes for graphics cards
        subprocess.run([*command, torch], check=True, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except subprocess.CalledProcessError as error:
        words = (error.stderr or error.stdout or "").strip().splitlines()
        raise PeerMissingError(f"pip failed: {words[-1][:160] if words else error}") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerMissingError(f"it could not be installed ({type(error).__name__})") from None
    stamp.touch()
    return python


def run(name: str, work: Path, task: dict[str, Any], seconds: float) -> PeerFigures:
    """Has the quickstart do ``task``, in ``seconds`` at most. Raises PeerMissingError."""
    python = install(name, work)
    script = FOLDER / f"{name}_quickstart.py"
    try:
        done = subprocess.run(
            [python, script], input=json.dumps(task), capture_output=True, text=True, timeout=seconds, check=True
        )
    except subprocess.TimeoutExpired:
        raise PeerMissingError(f"it was not done after {seconds:.0f} s") from None
    except subprocess.CalledProcessError as error:
        words = (error.stderr or "").strip().splitlines()
        raise PeerMissingError(f"it failed: {words[-1][:160] if words else error.returncode}") from None
    records = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    head = {key: value for record in records for key, value in record.items() if key in ("ready_s", "ingest_s")}
    return PeerFigures(
        head.get("ready_s", 0.0),
        head.get("ingest_s", 0.0),
        [record for record in records if "ranked" in record],
        [record for record in records if "first_ms" in record],
        _versions(name, python),
    )


def _versions(name: str, python: Path) -> str:
    """The versions of what was asked for, from the environment itself."""
    wanted = (FOLDER / f"requirements-{name}.txt").read_text(encoding="utf-8").split()
    code = f"from importlib.metadata import version; print(*(n + ' ' + version(n) for n in {wanted!r}), sep=', ')"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=False).stdout.strip()
