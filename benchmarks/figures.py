"""What a measurement gives: a row with all its values, and the table that shows them.

Knows nothing of how values were measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Row:
    """One line of the table: ``whose`` value of ``what`` it is, in ``unit``, every value measured.

    ``quantile`` is what is shown of the values, the median unless a target is about another one. ``target`` is the
    number that was set, in words; ``missing`` says why there is no value.
    """

    part: str
    what: str
    whose: str
    unit: str
    values: tuple[float, ...] = ()
    quantile: float = 50
    target: str = ""
    missing: str = ""
    note: str = field(default="")

    @property
    def value(self) -> float | None:
        return float(np.percentile(self.values, self.quantile)) if self.values else None


def table(rows: Sequence[Row]) -> str:
    """Markdown, part by part, each thing beside whose else it was measured. The spread is from the 25th to the 75th
    percentile, the ratio to the tutor's row of the same thing."""
    lines = [
        "| | whose | value | spread | n | × the tutor's | target |",
        "|---|---|---|---|---|---|---|",
    ]
    for part in dict.fromkeys(row.part for row in rows):
        lines.append(f"| **{part}** | | | | | | |")
        own = [row for row in rows if row.part == part]
        things = list(dict.fromkeys(row.what for row in own))
        lines += [_line(row, own) for row in sorted(own, key=lambda row: things.index(row.what))]
    return "\n".join(lines)


def _line(row: Row, rows: Sequence[Row]) -> str:
    what = row.what + (f" ({row.note})" if row.note else "")
    if row.value is None:
        return f"| {what} | {row.whose} | missing: {row.missing} | | 0 | | {row.target} |"
    name = "median" if row.quantile == 50 else f"p{row.quantile:.0f}"
    low, high = np.percentile(row.values, [25, 75])
    spread = f"{_number(low)} to {_number(high)}" if len(row.values) > 1 else ""
    label = f"{_number(row.value)} {row.unit}" + (f", {name}" if len(row.values) > 1 else "")
    return f"| {what} | {row.whose} | {label} | {spread} | {len(row.values)} | {_ratio(row, rows)} | {row.target} |"


def _ratio(row: Row, rows: Sequence[Row]) -> str:
    same = [each for each in rows if (each.what, each.whose) == (row.what, "tutor")]
    if row.whose == "tutor" or not same or not same[0].value or row.value is None:
        return ""
    return f"{row.value / same[0].value:.2f}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
