"""A server of its own for the hostile programs: runs each in the sandbox and looks itself over afterwards.

Usage: run_hostile_programs.py bubblewrap|alone. Prints one line of JSON: for each program how it ended, and what of
the server was found changed. Runs as whoever starts it.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from hostile_programs import PROGRAMS

from tutor.cases import Call
from tutor.sandbox.inside.fences import landlock_version
from tutor.sandbox.launch import Fences, find_bubblewrap
from tutor.sandbox.runs import Run, Sandbox
from tutor.sandbox.selftest import test
from tutor.sandbox.workers import Limits

LIMITS = Limits(wall=4.0, cpu=1)
SECRET = "hostile-test-secret"
PR_SET_CHILD_SUBREAPER = 36


def main(kind: str) -> None:
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # whatever is left over becomes a child of this process
    os.environ["TUTOR_API_KEY"] = SECRET
    fences = Fences(find_bubblewrap() if kind == "bubblewrap" else "", landlock_version())
    test(fences, Limits())
    report: dict[str, Any] = {"uid": os.getuid(), "programs": {}}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        secret = folder / "secret.txt"
        secret.write_text(SECRET, encoding="utf-8")
        secret.chmod(0o600)
        with Sandbox(LIMITS, fences) as sandbox:
            _run(sandbox, "def f(*a): return 1", secret)  # the first start of each thread
            before = _state(folder)
            for title, source in PROGRAMS.items():
                start = time.monotonic()
                run = _run(sandbox, source, secret)
                report["programs"][title] = {
                    "stop": run.stop,
                    "said": _said(run),
                    "seconds": time.monotonic() - start,
                    "changed": _changes(before, _state(folder)),
                }
            honest = _run(sandbox, "def f(*a): return 6 * 7", secret)
            report["honest"] = [repr(outcome.value) for outcome in honest.outcomes[0]]
        report["left"] = _left_over()
    print(json.dumps(report))


def _run(sandbox: Sandbox, source: str, secret: Path) -> Run:
    return sandbox.run(source, "f", [[Call((str(secret), str(secret.parent), os.getpid()))]])


def _said(run: Run) -> str:
    parts = [run.printed, run.problem.name, run.problem.words]
    for outcomes in run.outcomes:
        parts += [str(outcome.raised) if outcome.raised else repr(outcome.value)[:300] for outcome in outcomes]
    return " | ".join(filter(None, parts))[:100_000]


def _state(folder: Path) -> dict[str, Any]:
    """What a program could change of this process and of what it may write to."""
    return {
        "files": sorted((path.name, path.read_text(), path.stat().st_mode) for path in folder.iterdir()),
        "shared memory": len(list(Path("/dev/shm").iterdir())) if Path("/dev/shm").is_dir() else 0,
        "environment": dict(os.environ),
        "folder": str(Path.cwd()),
        "signals": [str(signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGXCPU)],
        "user": os.getresuid(),
        "priority": os.getpriority(os.PRIO_PROCESS, 0),
        "threads": threading.active_count(),
        "modules": "candidate" in sys.modules,
    }


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [name for name in before if before[name] != after[name]]


def _left_over() -> list[int]:
    """Processes that outlive the sandbox, after a moment for those that are ending."""
    for _ in range(50):
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                continue
        except ChildProcessError:
            return []
        time.sleep(0.1)
    return [int(pid) for pid in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()]


if __name__ == "__main__":
    main(sys.argv[1])
