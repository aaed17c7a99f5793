"""Hostile programs reach nothing, with bubblewrap and without, as root and as an ordinary user.

For each way a server of its own runs all of them (``run_hostile_programs.py``); all ways at once, to save time.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hostile_programs import FINISHES, HARMLESS, PROGRAMS, STOPPED, STOPPING
from run_hostile_programs import LIMITS, SECRET

ROOT = Path(__file__).resolve().parent.parent
NOBODY = 65534
WAYS = [(kind, user) for user in ("self", "nobody") for kind in ("bubblewrap", "alone")]

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux"),
    pytest.mark.parametrize("way", WAYS, ids="-".join),
]


def _interpreter(user: str, path: str) -> str:
    """A Python that ``user`` may run, with the packages of this one; "" where there is none."""
    if user == "self":
        return sys.executable
    if os.getuid() != 0:
        return ""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    code = "import numpy, pyseccomp; from tutor.sandbox import runs"
    for candidate in filter(None, [sys.executable, shutil.which(name, path="/usr/local/bin:/usr/bin")]):
        try:
            done = subprocess.run([candidate, "-c", code], env=_environment(path), cwd="/", **_as(user))
        except OSError:
            continue
        if done.returncode == 0:
            return candidate
    return ""


def _as(user: str) -> dict[str, Any]:
    who = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if user == "nobody" else {}
    return {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **who}


def _environment(path: str) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture(scope="module")
def reports() -> dict[tuple[str, str], dict[str, Any] | str]:
    """What each way's server reports; a text where it cannot be had here."""
    path = f"{ROOT}:{Path(np.__file__).parent.parent}"
    found: dict[tuple[str, str], dict[str, Any] | str] = {}
    running: dict[tuple[str, str], subprocess.Popen[str]] = {}
    for kind, user in WAYS:
        interpreter = _interpreter(user, path)
        if kind == "bubblewrap" and not shutil.which("bwrap"):
            found[kind, user] = "bubblewrap is not installed"
        elif not interpreter:
            found[kind, user] = "only root can become another user, who must be able to run this Python"
        else:
            command = [interpreter, str(ROOT / "tests" / "run_hostile_programs.py"), kind]
            running[kind, user] = subprocess.Popen(command, env=_environment(path), cwd="/", **_as(user))
    for way, process in running.items():
        out, errors = process.communicate(timeout=280)
        if process.returncode and "did not get ready" in errors and way[0] == "bubblewrap":
            found[way] = f"bubblewrap does not work here: {errors.splitlines()[-1]}"  # in most containers
            continue
        assert process.returncode == 0, errors
        found[way] = json.loads(out)
    return found


def _report(reports: dict[tuple[str, str], dict[str, Any] | str], way: tuple[str, str]) -> dict[str, Any]:
    report = reports[way]
    if isinstance(report, str):
        pytest.skip(report)
    return report


@pytest.mark.parametrize("title", PROGRAMS)
def test_a_hostile_program_is_contained(reports: Any, way: tuple[str, str], title: str) -> None:
    result = _report(reports, way)["programs"][title]

    assert "ESCAPED" not in result["said"]
    assert SECRET not in result["said"]
    assert result["changed"] == []
    assert result["stop"] in STOPPED.get(title, (result["stop"],))
    assert result["seconds"] < LIMITS.wall + 10  # on a busy machine a new worker takes a while to start


def test_the_server_lives_runs_the_next_program_and_leaves_no_process(reports: Any, way: tuple[str, str]) -> None:
    report = _report(reports, way)

    assert report["honest"] == ["42"]
    assert report["left"] == []
    assert report["uid"] == (os.getuid() if way[1] == "self" else NOBODY)


def test_every_hostile_program_is_of_one_kind(way: tuple[str, str]) -> None:
    assert len(PROGRAMS) == len(FINISHES) + len(HARMLESS) + len(STOPPING) >= 50
    assert STOPPED.keys() == STOPPING.keys()
