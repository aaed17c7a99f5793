"""Runs every measurement, each in a process of its own, and writes one table: ``python -m benchmarks``.

A run that was interrupted goes on where it stopped, as long as commit and mode are the same. What fails or takes too
long is named in the table, and the rest goes on. Knows nothing of what is measured.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.figures import Row, table
from benchmarks.machine import ROOT, commit, describe
from benchmarks.places import Places
from tutor.settings import keep_libraries_offline

SMALL, MIDDLE, LARGE = 10_000, 120_000, 1_000_000
PARTS = ("start-up", "throughput", "answers", "search corpus", "search 10k", "search 100k", "one changed", "search 1M")
"""In the order in which they run. Those after ``answers`` need no chat model; the last one runs with --million only."""

MINUTES = {"answers": 20, "search 100k": 10, "search 1M": 90}
OTHER_MINUTES = 5
PARTIAL = ".partial"
"""A part's rows while it is measured, so that one that is stopped half-way does not lose them."""


def main() -> None:
    """Reads the arguments, runs what is missing and writes the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few repeats, and 1,000 items instead of 10,000")
    parser.add_argument("--million", action="store_true", help="search among 1,000,000 vectors too: half an hour")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part, and those done before")
    parser.add_argument("--fresh", action="store_true", help="measure everything anew")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "benchmarks", help="where everything goes")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    places = Places(given.out.resolve(), given.quick)
    if given.part:
        keep_libraries_offline()
        rows: list[Row] = []
        path = _rows_file(places, given.part)
        for row in measurement(given.part, places)():
            rows.append(row)
            _keep(path.with_suffix(PARTIAL), rows)
        path.with_suffix(PARTIAL).replace(path)
        return
    wanted = given.only or [part for part in PARTS if part != "search 1M" or given.million]
    (places.work / "rows").mkdir(parents=True, exist_ok=True)
    head, whole = _head(places, given.fresh), places.work / "table.md"
    for part in wanted:
        _run(part, places)
        _write(places, head, whole)
    print(f"The table is {whole}", file=sys.stderr)


def measurement(part: str, places: Places) -> Callable[[], Iterator[Row]]:
    """What a part of the run does. Imports only what that part needs."""
    from benchmarks import answering, ingesting, searching, starting

    middle = MIDDLE // 10 if places.quick else MIDDLE
    return {
        "start-up": lambda: starting.measure(places),
        "throughput": lambda: ingesting.throughput(places),
        "answers": lambda: answering.measure(places),
        "search corpus": lambda: searching.measure(places, 0),
        "search 10k": lambda: searching.measure(places, SMALL),
        "search 100k": lambda: searching.measure(places, middle),
        "one changed": lambda: ingesting.one_changed(places),
        "search 1M": lambda: searching.measure(places, LARGE),
    }[part]


def _run(part: str, places: Places) -> None:
    path = _rows_file(places, part)
    if path.exists() and not any(row.missing for row in _kept(path)):
        print(f"{part}: measured before", file=sys.stderr)
        return
    path.with_suffix(PARTIAL).unlink(missing_ok=True)
    print(f"{part} …", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", "benchmarks", "--part", part, "--out", str(places.work)]
    started = time.monotonic()
    minutes = MINUTES.get(part, OTHER_MINUTES)
    try:
        subprocess.run(
            [*command, *(["--quick"] if places.quick else [])],
            cwd=ROOT,
            check=True,
            timeout=minutes * 60,
            stderr=subprocess.PIPE,
            text=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        reason = f"not done after {minutes} minutes"
        if isinstance(error, subprocess.CalledProcessError):
            reason = (error.stderr.strip().splitlines() or [f"exit code {error.returncode}"])[-1][:200]
        done = _kept(path.with_suffix(PARTIAL))
        _keep(path, [*done, Row(part, "the rest" if done else "everything", "tutor", "", missing=reason)])
    print(f"{part}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)


def _head(places: Places, fresh: bool) -> str:
    """The description of the machine at the first start of this run. Another commit or mode starts a new one."""
    path = places.work / "run.json"
    key = f"{commit()}, {'quick' if places.quick else 'full'}"
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if fresh or known.get("key") != key:
        for old in (places.work / "rows").iterdir():
            old.unlink()
        known = {"key": key, "head": describe()}
        path.write_text(json.dumps(known), encoding="utf-8")
    return str(known["head"])


def _write(places: Places, head: str, path: Path) -> None:
    files = [_rows_file(places, part) for part in PARTS]
    rows = [row for file in files for row in _kept(file)]
    missing = [part for part, file in zip(PARTS, files, strict=True) if not file.exists()]
    left = f"\nNot measured: {', '.join(missing)}.\n" if missing else ""
    path.write_text(f"# Benchmarks\n\n{head}\n\n{table(rows)}\n{left}", encoding="utf-8")


def _keep(path: Path, rows: Sequence[Row]) -> None:
    path.write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")


def _kept(path: Path) -> list[Row]:
    return [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []


def _rows_file(places: Places, part: str) -> Path:
    return places.work / "rows" / f"{part.replace(' ', '-')}.json"


if __name__ == "__main__":
    main()
