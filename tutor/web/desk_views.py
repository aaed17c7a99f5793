"""What the desk shows, as safe HTML: everything that a stranger wrote is escaped or rendered as plain Markdown.

Knows the desk's records; nothing of gradio.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from tutor.store.feedback_records import AuditEntry, Draft, Inquiry, Update
from tutor.web.desk import Group, Review
from tutor.web.labels import disclosure, one_line
from tutor.web.safe_markdown import escape, literal, render
from tutor.web.text_diff import side_by_side

_KINDS = {"escalation": "Sent by a person", "rating": "Rated down", "objection": "Objection to a grade"}
_LONGEST_LABEL = 90


def label(group: Group) -> str:
    """One line of the inbox."""
    first = " ".join(group.inquiries[0].question.split()) or "(empty)"
    first = first if len(first) <= _LONGEST_LABEL else first[: _LONGEST_LABEL - 1] + "…"
    kinds = ", ".join(dict.fromkeys(_KINDS[each.kind].lower() for each in group.inquiries))
    alike = f", {len(group.inquiries)} alike" if len(group.inquiries) > 1 else ""
    draft = f", draft {group.draft.number}" if group.draft else ""
    return f"{first} ({kinds}{alike}{draft})"


def draft_label(draft: Draft) -> str:
    title = next((line[7:] for line in draft.text.splitlines() if line.startswith("title: ")), draft.item_id)
    return f"Draft {draft.number}: {title[:_LONGEST_LABEL]} ({draft.state})"


def group_view(group: Group | None, titles: Mapping[str, str]) -> str:
    """Every inquiry of a group with its note, conversation, evidence and versions."""
    if group is None:
        return '<p class="small">Choose something from the list.</p>'
    return "".join(_inquiry(each, titles) for each in group.inquiries)


def _inquiry(inquiry: Inquiry, titles: Mapping[str, str]) -> str:
    copied = inquiry.exchange
    sure = "" if copied.confidence is None else f", confidence {copied.confidence:.2f}"
    decided = (
        f"; the tutor decided: {escape(copied.decision or 'nothing')}{sure}" if inquiry.kind != "objection" else ""
    )
    note = f'<p class="desk-note">They say: {literal(inquiry.note)}</p>' if inquiry.note else ""
    before = "".join(f"<dt>{literal(each.asked)}</dt><dd>{_markdown(each.answered)}</dd>" for each in copied.before)
    found = "".join(
        f"<li>{escape(titles.get(each.item_id, ''))} <small>({escape(each.item_id)}, {each.score:.2f})</small>"
        f"{f'<blockquote>{literal(each.quote)}</blockquote>' if each.quote else ''}</li>"
        for each in copied.found
    )
    versions = ", ".join(f"{escape(name)} {escape(value)}" for name, value in copied.versions.items())
    return (
        f'<article class="desk-inquiry"><h3>{inquiry.number}: {literal(inquiry.question)}</h3>'
        f'<p class="small">{_KINDS[inquiry.kind]}, {_time(inquiry.created)}{decided}</p>{note}'
        f"{disclosure('What was asked before', f'<dl>{before}</dl>') if before else ''}"
        f"{disclosure('What was answered', _markdown(copied.answered))}"
        f"{disclosure('Evidence', f'<ul>{found}</ul>') if found else ''}"
        f'<p class="small">{versions}</p></article>'
    )


def review_view(review: Review | None) -> str:
    """What stands against a draft, where it would go, and what it would change."""
    if review is None:
        return ""
    verdict = (
        f'<p class="error" role="status">{escape(review.problem)}</p>'
        if review.problem
        else f'<p class="said" role="status">It can be published. {escape(review.place)}</p>'
    )
    return verdict + side_by_side(review.before, review.draft.text, "Now", "As published")


def clash_view(kept: str, typed: str) -> str:
    """What somebody else kept of a draft beside what a trainer has typed in it."""
    return side_by_side(kept, typed, "As it is kept now", "As you have typed it")


def updates_view(updates: Sequence[Update]) -> str:
    """What updates of the index did; the newest one's errors come first."""
    newest = updates[0] if updates else None
    wrong = [*newest.problems, *([newest.refused] if newest.refused else [])] if newest else []
    alarm = "".join(f'<p class="error" role="status">{escape(words)}</p>' for words in wrong)
    rows = [
        (
            _time(each.at),
            each.origin,
            "refused" if each.refused else f"{each.added} added, {each.updated} updated, {each.removed} removed",
            f"{len(each.problems)}",
            f"{each.seconds:.1f} s",
        )
        for each in updates
    ]
    return alarm + table(("When", "By", "What", "Errors", "Took"), rows)


def log_view(entries: Iterable[AuditEntry]) -> str:
    rows = [(_time(each.at), each.actor, each.action, each.subject, each.detail[:300]) for each in entries]
    return table(("When", "Who", "Did", "What", "Detail"), rows)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of escaped texts."""
    if not rows:
        return '<p class="small">Nothing yet.</p>'
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    whole = f'<table class="desk-table"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'
    return f'<div class="scroll">{whole}</div>'


def said(words: str, good: bool = True) -> str:
    return f'<p class="{"said" if good else "error"}" role="status">{escape(words)}</p>'


def _markdown(text: str) -> str:
    return one_line(render(text)) if text.strip() else ""


def _time(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC") if at else ""
