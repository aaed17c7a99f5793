"""Monitoring as plots, each with its numbers as a table below it. Knows figures' data and matplotlib."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tutor.desk import monitoring
from tutor.desk.drift_reference import calibration_scores
from tutor.desk.monitoring import Day, Drift
from tutor.errors import TutorError
from tutor.passages import SEARCHED_KINDS
from tutor.store.measures import Measured, answered_inquiries, measured_answers, rated_answers
from tutor.web.desk import DeskService
from tutor.web.desk_views import table
from tutor.web.labels import disclosure, png
from tutor.web.safe_markdown import escape

_COLOURS = ("#0f756d", "#3fada1", "#b4531a", "#7a4fa0", "#75756e", "#c23b3b", "#c9a227", "#4a6fa5")
_DAYS_SHOWN = 60
_DRIFT_MARKS = ((0.1, "as usual"), (0.25, "somewhat different"))


def monitoring_view(service: DeskService) -> str:
    """All plots and tables. Raises StoreError."""
    answers, rated = measured_answers(service.database), rated_answers(service.database)
    if not answers and not rated:
        return '<p class="small">Nothing was asked yet.</p>'
    days = monitoring.by_day(answers, rated)[-_DAYS_SHOWN:]
    parts = [
        _latency(days),
        _counts(days, "Outcomes by day", monitoring.OUTCOMES, lambda day: day.outcomes),
        _confidence(monitoring.confidences(answers)),
        _dropped(days),
        _counts(days, "Ratings by day", monitoring.VERDICTS, lambda day: day.ratings),
        *_with_vectors(service, answers),
        *_items(service, answers, rated),
    ]
    return "".join(part for part in parts if part)


def _latency(days: Sequence[Day]) -> str:
    timed = [day for day in days if day.median is not None and day.slow is not None]
    names = [str(day.day) for day in timed]

    def draw(axes: Axes) -> None:
        axes.plot(names, [day.median or 0 for day in timed], "o-", color=_COLOURS[0], label="median")
        axes.plot(names, [day.slow or 0 for day in timed], "s--", color=_COLOURS[2], label="95th percentile")
        axes.set_ylabel("Milliseconds")
        axes.legend(frameon=False)

    rows = [(str(day.day), f"{day.median:,.0f}", f"{day.slow:,.0f}") for day in timed]
    return _figure("Latency of answers by day", draw, ("Day", "Median, ms", "95th percentile, ms"), rows)


def _counts(days: Sequence[Day], title: str, names: Sequence[str], of: Callable[[Day], dict[str, int]]) -> str:
    shown = [day for day in days if of(day)]
    labels = [str(day.day) for day in shown]

    def draw(axes: Axes) -> None:
        below = [0.0] * len(shown)
        for name, colour in zip(names, _COLOURS, strict=False):
            totals = [max(1, sum(of(day).values())) for day in shown]
            shares = [of(day).get(name, 0) / total for day, total in zip(shown, totals, strict=True)]
            axes.bar(labels, shares, bottom=below, color=colour, label=name.replace("_", " "), width=0.6)
            below = [low + share for low, share in zip(below, shares, strict=True)]
        axes.set_ylabel("Share")
        axes.legend(frameon=False, fontsize=8, ncols=4, loc="upper center", bbox_to_anchor=(0.5, 1.2))

    rows = [(str(day.day), *(str(of(day).get(name, 0)) for name in names)) for day in shown]
    return _figure(title, draw, ("Day", *(name.replace("_", " ") for name in names)), rows)


def _confidence(values: Sequence[float]) -> str:
    counts = [
        sum(low / 10 <= value < (low + 1) / 10 or (low == 9 and value >= 1) for value in values) for low in range(10)
    ]
    names = [f"{low / 10:.1f}–{(low + 1) / 10:.1f}" for low in range(10)]

    def draw(axes: Axes) -> None:
        axes.bar(names, counts, color=_COLOURS[0])
        axes.set_ylabel("Answers")

    rows = [(name, str(count)) for name, count in zip(names, counts, strict=True)] if values else []
    return _figure("Distribution of the confidence", draw, ("Confidence", "Answers"), rows)


def _dropped(days: Sequence[Day]) -> str:
    labels = [str(day.day) for day in days]

    def draw(axes: Axes) -> None:
        axes.plot(labels, [day.dropped for day in days], "o-", color=_COLOURS[2])
        axes.set_ylabel("Share of answers")
        axes.set_ylim(bottom=0)

    rows = [(str(day.day), f"{day.dropped:.0%}") for day in days]
    return _figure("Answers with a sentence that did not hold", draw, ("Day", "Share"), rows)


def _with_vectors(service: DeskService, answers: Sequence[Measured]) -> list[str]:
    try:
        embedder = service.embedder
    except TutorError as error:
        return [f'<p class="small">{escape(str(error))}</p>']
    scores = [each.score for each in answers if each.score is not None]
    found = monitoring.drift(scores, calibration_scores(service.settings, embedder))
    uncovered = monitoring.not_covered(answers, answered_inquiries(service.database), embedder)
    topics = [(asked, str(count)) for asked, count in uncovered]
    return [
        _drift(found) if found else "",
        f"<h3>Asked and not covered</h3>{table(('Question', 'Times'), topics)}",
    ]


def _drift(found: Drift) -> str:
    names = [f"{low:.2f}–{high:.2f}" for low, high in zip(found.edges, found.edges[1:], strict=False)]
    places = range(len(names))

    def draw(axes: Axes) -> None:
        axes.bar([place - 0.2 for place in places], found.asked, 0.4, color=_COLOURS[2], label="asked")
        axes.bar([place + 0.2 for place in places], found.calibrated, 0.4, color=_COLOURS[0], label="calibration")
        axes.set_xticks(list(places), names)
        axes.set_ylabel("Share of questions")
        axes.legend(frameon=False)

    rows = [
        (name, f"{asked:.0%}", f"{known:.0%}")
        for name, asked, known in zip(names, found.asked, found.calibrated, strict=True)
    ]
    words = f"Population stability index of {found.count} questions: "
    words += f"too few to say (from {monitoring.FEWEST_FOR_DRIFT} on)" if found.index is None else _says(found.index)
    head = ("Score of the first hit", "Asked", "Calibration questions")
    return _figure("Questions against the calibration questions", draw, head, rows) + f"<p>{escape(words)}.</p>"


def _says(index: float) -> str:
    word = next((word for most, word in _DRIFT_MARKS if index < most), "another kind of questions; calibrate anew")
    return f"{index:.2f}, {word}"


def _items(service: DeskService, answers: Sequence[Measured], rated: Sequence[Any]) -> list[str]:
    titles = {item.id: item.title for item in service.items()}
    searched = [item.id for item in service.items() if item.kind in SEARCHED_KINDS]
    never = [(id, titles[id]) for id in monitoring.never_found(answers, searched)]
    down = [(id, titles.get(id, ""), str(bad), str(all)) for id, bad, all in monitoring.often_rated_down(rated)]
    return [
        f"<h3>Items often rated down</h3>{table(('Item', 'Title', 'Bad', 'Ratings'), down)}",
        f"<h3>Items never found</h3>{table(('Item', 'Title'), never)}",
    ]


def _figure(title: str, draw: Callable[[Axes], None], head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A plot that holds its own bytes, with its numbers folded below it; nothing where there are none."""
    if not rows:
        return ""
    drawn = Figure(figsize=(7.2, 3.2), layout="constrained", facecolor="white")
    axes = drawn.add_subplot()
    draw(axes)
    axes.grid(True, axis="y", color="#e6e6e1")
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(axis="x", labelrotation=45 if len(rows) > 5 else 0, labelsize=8)
    file = BytesIO()
    drawn.savefig(file, format="png", dpi=120)
    picture = png(file.getvalue(), f"{title}; the numbers are in the table below.")
    numbers = disclosure("The numbers", table(head, rows))
    return f"<figure><figcaption><h3>{escape(title)}</h3></figcaption>{picture}</figure>{numbers}"
