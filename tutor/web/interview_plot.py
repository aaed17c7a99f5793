"""Draws the competences of a scorecard as bars. Those without a score are named and have no bar."""

from __future__ import annotations

from io import BytesIO

from matplotlib.figure import Figure

from tutor.interview.scorecard import Scorecard
from tutor.web.labels import png

_BAR, _INK = "#0f756d", "#2a2b29"


def figure(card: Scorecard) -> Figure:
    rows = list(reversed(card.competences))
    drawn = Figure(figsize=(6.4, 0.6 + 0.36 * len(rows)), layout="constrained", facecolor="white")
    axes = drawn.add_subplot()
    axes.barh([row.name for row in rows], [(row.score or 0) * 100 for row in rows], color=_BAR, height=0.6)
    for place, row in enumerate(rows):
        axes.text((row.score or 0) * 100 + 1, place, row.words, va="center", color=_INK, fontsize=9)
    axes.set(xlim=(0, 115), xticks=[0, 25, 50, 75, 100], xlabel="Score in percent")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=_INK)
    return drawn


def picture(card: Scorecard) -> str:
    """The bars as an image that holds its own bytes; the numbers are in the table below it."""
    if not card.competences:
        return ""
    file = BytesIO()
    figure(card).savefig(file, format="png", dpi=150)
    words = "Score of each competence: " + ", ".join(f"{row.name} {row.words}" for row in card.competences) + "."
    return f'<figure class="plot">{png(file.getvalue(), words)}</figure>'
