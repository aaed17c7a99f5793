"""The figures as Markdown for a person, as JSON for a program, and as a folder with pictures.

Knows nothing of how the figures came about.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tutor.errors import TutorError
from tutor.evaluation.figures import DECISIONS, Estimates
from tutor.evaluation.measuring import Measurement
from tutor.evaluation.metrics import RESAMPLES, Estimate

RELIABILITY, RISK_COVERAGE = "reliability.png", "risk-coverage.png"
NOTHING = "–"

_EXPLAINED = f"""Values in brackets are 95 % intervals: of rankings, AUROC, coverage, ECE and Brier by the bootstrap \
({RESAMPLES:,} resamples of the questions of each file), of shares exact (Clopper-Pearson). \
*Coverage at r risk* is the largest share of the answerable questions that can be answered by confidence while at most \
r of all answers, those to near misses included, are wrong. The headline ECE is the one of 10 bins of equal width."""


def as_markdown(measured: Measurement, pictures: bool = False) -> str:
    """The tables; with ``pictures`` the links to those that stand beside the report."""
    return "\n\n".join(part for part in _parts(measured, pictures) if part) + "\n"


def as_json_line(measured: Measurement) -> str:
    """One line with all figures, without the points of the pictures; ``null`` where a figure is not defined."""
    figures = asdict(measured)
    del figures["pictured"]
    return json.dumps(_without_nan(figures), ensure_ascii=False)


def write_report(measured: Measurement, folder: Path) -> Path:
    """Writes report.md and its two pictures into ``folder``; gives the path of the report."""
    from tutor.evaluation.pictures import draw_reliability, draw_risk_coverage

    path = folder / "report.md"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draw_reliability(measured.pictured, folder / RELIABILITY)
        draw_risk_coverage(measured.pictured, folder / RISK_COVERAGE)
        path.write_text(as_markdown(measured, pictures=True), encoding="utf-8")
    except OSError as error:
        raise TutorError(
            f"{folder} cannot be written ({error.strerror or error})", "a folder to write to", "tutor eval --report DIR"
        ) from error
    return path


def _parts(measured: Measurement, pictures: bool) -> Iterator[str]:
    yield "# Evaluation"
    yield _list(measured.about)
    yield "\n".join(f"- {note}" for note in measured.notes)
    yield "Questions: " + ", ".join(f"{count} {name}" for name, count in measured.counts.items()) + ". " + _EXPLAINED
    yield "## Side by side\n\n" + _across("figure", measured.methods)
    if pictures:
        yield f"![Risk and coverage of the three methods]({RISK_COVERAGE})"
    yield "## What the tutor decides\n\n" + _down(measured.decided)
    yield _confusion(measured)
    yield "## Confidence\n\n" + _down(measured.calibration)
    if pictures:
        yield f"![Confidence against the share of right first hits]({RELIABILITY})"
    if measured.styles:
        yield "## Answerable questions by style\n\n" + _styles(measured)
    if measured.off_topic:
        yield "## Off-topic messages not answered, by kind\n\n" + _down(measured.off_topic)
    if "followups" in measured.counts:
        yield "## Last turns of conversations\n\n" + _down(measured.follow_ups)
    if "injections" in measured.counts:
        yield "## Injections\n\n" + _injections(measured)
    yield "## Sentences that the check drops, by kind of mutation (how many)\n\n" + _down(measured.sentences)
    yield "## Times in milliseconds\n\n" + _times(measured)


def _confusion(measured: Measurement) -> str:
    rows = [[kind, *(str(counts[name]) for name in DECISIONS)] for kind, counts in measured.confusion.items()]
    return "## Questions by kind, decisions by count\n\n" + _table(["kind", *DECISIONS], rows)


def _injections(measured: Measurement) -> str:
    total = measured.counts["injections"]
    rows = [[what, f"{len(names)} of {total}", ", ".join(names)] for what, names in measured.injections.items()]
    return _table(["in the answer", "injections", "which"], rows)


def _times(measured: Measurement) -> str:
    rows = [
        [what, *(f"{times[name]:.0f}" if times else NOTHING for name in ("p50", "p95", "n"))]
        for what, times in measured.times.items()
    ]
    words = ", ".join(f"{what}: {count:.0f}" for what, count in measured.words.items())
    return _table(["until", "median", "95th percentile", "measured"], rows) + (f"\n\n{words}" if words else "")


def _styles(measured: Measurement) -> str:
    rows = [
        [style or "none given", str(measured.style_counts[style]), *map(_shown, estimates.values())]
        for style, estimates in measured.styles.items()
    ]
    return _table(["style", "questions", *next(iter(measured.styles.values()))], rows)


def _across(corner: str, columns: Mapping[str, Estimates]) -> str:
    names = next(iter(columns.values()), {})
    rows = [[name, *(_shown(column[name]) for column in columns.values())] for name in names]
    return _table([corner, *columns], rows)


def _down(estimates: Estimates) -> str:
    return _table(["figure", "value"], [[name, _shown(estimate)] for name, estimate in estimates.items()])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def _list(about: Mapping[str, str]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in about.items())


def _shown(estimate: Estimate) -> str:
    if math.isnan(estimate.value):
        return NOTHING
    interval = "" if math.isnan(estimate.low) else f" [{estimate.low:.3f}, {estimate.high:.3f}]"
    return f"{estimate.value:.3f}{interval}"


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(inner) for inner in value]
    return None if isinstance(value, float) and math.isnan(value) else value
