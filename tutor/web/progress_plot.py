"""Draws the learner's state: readiness by topic, its history, predictions against scores, the reviews of each day.

Each picture comes with words for those who do not see it. Knows the state; nothing of the page.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from io import BytesIO

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from tutor.learner import LearnerState
from tutor.learner.mastery import readiness
from tutor.topics import topic_name
from tutor.web.labels import png

_MAIN, _OTHER, _INK, _LINE = "#0f756d", "#b4531a", "#2a2b29", "#e6e6e1"
HISTORY_DAYS, REVIEW_DAYS = 30, 14


def topics_plot(state: LearnerState) -> str:
    """A bar for each topic with evidence."""
    known = sorted((each.value, each.topic) for each in state.topics if each.value is not None)
    if not known:
        return ""
    drawn, axes = _axes(0.7 + 0.34 * len(known))
    axes.barh([topic_name(name) for _, name in known], [value * 100 for value, _ in known], color=_MAIN, height=0.6)
    axes.set(xlim=(0, 100), xlabel="Mastery in percent")
    words = ", ".join(f"{topic_name(name)} {value:.0%}" for value, name in reversed(known))
    return _picture(drawn, f"Mastery by topic: {words}.")


def history_plot(state: LearnerState) -> str:
    """Readiness on each of the last days."""
    rows = [row for row in state.evidence if not row.set_aside]
    days = [state.now - timedelta(days=back) for back in range(HISTORY_DAYS, -1, -1)]
    values = [(day, readiness(rows, day)) for day in days]
    known = [(day, value * 100) for day, value in values if value is not None]
    if not known:
        return ""
    drawn, axes = _axes(2.6)
    back = [(day - state.now).days for day, _ in known]
    axes.plot(back, [value for _, value in known], "o-", color=_MAIN, markersize=3)
    axes.set(xlim=(-HISTORY_DAYS, 1), ylim=(0, 100), xlabel="Days, today is 0", ylabel="Readiness in percent")
    if len(known) == 1:
        return _picture(drawn, f"Readiness today: {known[0][1]:.0f} percent.")
    return _picture(drawn, f"Readiness over {len(known)} days: from {known[0][1]:.0f} to {known[-1][1]:.0f} percent.")


def predictions_plot(state: LearnerState) -> str:
    """Predicted against actual scores; on the line, the guess was right."""
    rows = [row for row in state.evidence if not row.set_aside]
    pairs = [(row.predicted * 100, row.score * 100) for row in rows if row.predicted is not None]
    if not pairs:
        return ""
    drawn, axes = _axes(3.2)
    axes.plot([0, 100], [0, 100], "--", color=_INK, linewidth=1)
    axes.plot([each[0] for each in pairs], [each[1] for each in pairs], "o", color=_OTHER)
    axes.set(xlim=(-3, 103), ylim=(-3, 103), xlabel="You predicted, in percent", ylabel="You scored")
    gap = round(sum(predicted - score for predicted, score in pairs) / len(pairs))
    lean = f"{abs(gap)} points {'too high' if gap > 0 else 'too low'}" if gap else "neither too high nor too low"
    count = "1 prediction" if len(pairs) == 1 else f"{len(pairs)} predictions"
    return _picture(drawn, f"{count} against scores; on average {lean}.")


def reviews_plot(state: LearnerState) -> str:
    """How many reviews each of the next days brings; what is overdue counts for today."""
    if not state.reviews:
        return ""
    today, zone = state.now.date(), state.now.tzinfo
    ahead = Counter(max((each.at.astimezone(zone).date() - today).days, 0) for each in state.reviews)
    counts = [ahead[day] for day in range(REVIEW_DAYS)]
    drawn, axes = _axes(2.4)
    axes.bar(range(REVIEW_DAYS), counts, color=_MAIN)
    axes.set(xlabel="Days from now, today is 0", ylabel="Reviews")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    return _picture(drawn, f"Reviews of the next {REVIEW_DAYS} days: {counts[0]} today, {sum(counts)} in all.")


def _axes(height: float) -> tuple[Figure, Axes]:
    drawn = Figure(figsize=(6.4, height), layout="constrained", facecolor="white")
    axes = drawn.add_subplot()
    axes.grid(True, color=_LINE)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=_INK)
    return drawn, axes


def _picture(drawn: Figure, words: str) -> str:
    file = BytesIO()
    drawn.savefig(file, format="png", dpi=130)
    return f'<figure class="plot">{png(file.getvalue(), words)}<figcaption class="small">{words}</figcaption></figure>'
