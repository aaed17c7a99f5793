"""What the progress page says, as HTML: advice, numbers, each topic with the evidence that it rests on.

Plain functions over the learner's state. What a learner or an exercise's program wrote is escaped.
"""

from __future__ import annotations

from tutor.learner import Advice, Evidence, LearnerState, TopicMastery
from tutor.topics import topic_name
from tutor.web.labels import button, disclosure, one_line
from tutor.web.safe_markdown import escape, inline, render

SHOWN_ROWS = 30


def advice(given: Advice, state: LearnerState) -> str:
    """What to practise now, with the items to open."""
    items = "".join(button("open", item, inline(state.titles[item]), "chip") for item in given.items)
    return f'<section class="pr-advice"><h2>What to practise now</h2>{one_line(render(given.text))}{items}</section>'


def numbers(state: LearnerState) -> str:
    """The few numbers at the top."""
    tried = len(state.reviews)
    facts = [
        ("Days in a row", str(state.streak)),
        ("Reviews due", str(len(state.due))),
        ("Items tried", str(tried)),
        ("Pieces of evidence", str(sum(not row.set_aside for row in state.evidence))),
    ]
    cells = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    return f'<dl class="pr-numbers">{cells}</dl>'


def topics(state: LearnerState) -> str:
    """Every topic: its mastery or that nothing is known, and the rows that made it."""
    rows = "".join(_topic(each, state) for each in state.topics)
    return (
        '<section class="pr-topics"><h3>Topics and their evidence</h3><p class="small">Mastery is the mean of your '
        "scores, drawn to 50% while there is little evidence; old evidence fades with a half-life of 45 days.</p>"
        f"{rows}</section>"
    )


def due(state: LearnerState) -> str:
    """The next reviews as a table."""
    if not state.reviews:
        return '<p class="empty">Nothing was tried yet, so nothing is due.</p>'
    rows = "".join(
        f"<tr><td>{inline(state.titles.get(each.item, each.item))}</td>"
        f"<td>{'now' if each.at <= state.now else f'{each.at.astimezone(state.now.tzinfo):%d %B}'}</td>"
        f"<td>{each.recall:.0%}</td></tr>"
        for each in state.reviews[:SHOWN_ROWS]
    )
    head = "<th>Item</th><th>Due</th><th>Chance that you recall it</th>"
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def row_label(row: Evidence, state: LearnerState) -> str:
    """A piece of evidence in one line, for a list to choose from."""
    what = state.titles.get(row.item, row.item) or ", ".join(topic_name(name) for name in row.topics)
    aside = " (does not count)" if row.set_aside else ""
    return f"{row.at.astimezone():%d %b %H:%M}, {row.source}, {what}: {row.score:.0%}{aside}"


def _topic(mastery: TopicMastery, state: LearnerState) -> str:
    value = "not known yet" if mastery.value is None else f"{mastery.value:.0%}"
    thin = " (little evidence)" if mastery.value is not None and mastery.support < 1 else ""
    rows = "".join(
        f"<li>{escape(row_label(row, state))}<br><span class='small'>{escape(row.note[:300])}</span></li>"
        for row in mastery.evidence[:SHOWN_ROWS]
    )
    content = f"<ul>{rows}</ul>" if rows else '<p class="small">There is no evidence yet.</p>'
    return disclosure(f"{escape(topic_name(mastery.topic))}: <strong>{value}</strong>{thin}", content, "fold")
