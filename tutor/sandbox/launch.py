"""How a worker process is started: bubblewrap around it where that works, and what it gets to see.

Decides nothing: which fences are used is the self-test's finding.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
INSIDE = "/sandbox"
ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
SYSTEM_LIBRARIES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64")
_UIDS = itertools.count()


@dataclass(frozen=True)
class Fences:
    """What stands around a worker besides the system-call filter: bubblewrap (its path, "" without), Landlock (the
    kernel's version of it, 0 without)."""

    bubblewrap: str
    landlock: int

    def __str__(self) -> str:
        inner = "system-call filter" + (f", Landlock {self.landlock}" if self.landlock else "")
        return f"bubblewrap and {inner}" if self.bubblewrap else f"{inner}, without bubblewrap"


def find_bubblewrap() -> str:
    """The path of bubblewrap, "" where it is not installed."""
    return shutil.which("bwrap") or ""


def unused_uid() -> int:
    """A user id for one worker that no account has; 0 where this process cannot become another user."""
    if os.getuid() != 0:
        return 0
    return 57_000 + (os.getpid() + next(_UIDS)) % 1_000


def command(fences: Fences, result_fd: int) -> list[str]:
    """The command line of a worker that writes its frames to ``result_fd``."""
    interpreter = os.path.realpath(sys.executable)
    numpy = _numpy_folder()
    home = INSIDE if fences.bubblewrap else str(HERE)
    code = f"import sys; sys.path += {[home, str(numpy.parent)]!r}; from inside.worker import main; main({result_fd})"
    python = [interpreter, "-I", "-S", "-B", "-u", "-X", "utf8", "-c", code]
    return [*_bubblewrap(fences.bubblewrap, interpreter, numpy), *python] if fences.bubblewrap else python


def _numpy_folder() -> Path:
    """Where NumPy is, without importing it."""
    spec = importlib.util.find_spec("numpy")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def _bubblewrap(path: str, interpreter: str, numpy: Path) -> Iterator[str]:
    yield path
    yield from "--die-with-parent --new-session --clearenv --chdir /".split()
    yield from "--unshare-ipc --unshare-pid --unshare-net --unshare-uts --unshare-cgroup-try --hostname sandbox".split()
    if os.getuid() == 0:  # the worker takes another uid by itself
        yield from "--cap-drop ALL --cap-add CAP_SETUID --cap-add CAP_SETGID".split()
    else:
        yield from "--unshare-user --disable-userns --cap-drop ALL".split()
    for name, value in ENVIRONMENT.items():
        yield from ("--setenv", name, value)
    yield from _binds(interpreter, numpy)
    yield from ("--remount-ro", "/", "--")


def _binds(interpreter: str, numpy: Path) -> Iterator[str]:
    made: set[Path] = set()
    for name in SYSTEM_LIBRARIES:
        folder = Path(name)
        if folder.is_symlink():
            yield from ("--symlink", str(folder.readlink()), name)
        elif folder.is_dir():
            yield from (*_parents(folder, made), "--ro-bind", name, name)
    shown = {
        Path(interpreter),
        Path(sysconfig.get_path("stdlib")),
        Path(sysconfig.get_path("platstdlib")),
        *(Path(sys.base_prefix) / "lib").glob("lib*.so*"),
        numpy,
        numpy.with_name("numpy.libs"),
    }
    for path in sorted(shown):
        if path.exists() and not any(path.is_relative_to(folder) for folder in SYSTEM_LIBRARIES):
            yield from (*_parents(path, made), "--ro-bind", str(path), str(path))
    yield from (*_parents(Path(INSIDE, "inside"), made), "--ro-bind", str(HERE / "inside"), f"{INSIDE}/inside")


def _parents(path: Path, made: set[Path]) -> Iterator[str]:
    """Makes the folders above ``path``: bubblewrap itself would make them unreadable for another uid."""
    for parent in reversed(path.parents[:-1]):
        if parent not in made:
            made.add(parent)
            yield from ("--perms", "0755", "--dir", str(parent))
