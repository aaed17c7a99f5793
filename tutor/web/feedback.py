"""What a person says about an answer: the buttons below it, and keeping what was pressed.

Knows shown turns and the store's feedback; nothing of gradio.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, cast, get_args

from tutor.errors import TutorError
from tutor.records import Item
from tutor.store.feedback_records import Inquiry, Verdict
from tutor.store.records import LOCAL_USER
from tutor.web.labels import button, disclosure
from tutor.web.safe_markdown import attribute, escape, inline
from tutor.web.turns import Reaction, ShownTurn

if TYPE_CHECKING:
    from tutor.store.database import Database
    from tutor.store.feedback import Feedback

_RATABLE = ("answer", "clarify", "abstain")
_WORDS: dict[Verdict, str] = {
    "correct": "Rated as correct",
    "wrong": "Rated as wrong",
    "wrong_evidence": "Rated: the evidence is wrong",
    "unclear": "Rated as unclear",
}
_BAD: dict[Verdict, str] = {"wrong": "Wrong", "wrong_evidence": "Wrong evidence", "unclear": "Unclear"}
_STATES = {
    "open": "Waiting for a trainer",
    "answered": "Answered",
    "rejected": "Not taken up",
    "withdrawn": "Taken back",
}
_COPY = "A copy of this question, its answer and the conversation goes to the trainers and stays there."
_ASK_TRAINERS = "Ask the trainers"
_UP = "M7 10v10H3V10zm2 10V10l4-7c1.5 0 2.3 1 2 2.6L14.4 9H19a2 2 0 0 1 2 2.3l-1.2 7A2 2 0 0 1 17.8 20z"


class Store(Protocol):
    """What is needed of a running tutor."""

    @property
    def database(self) -> Database: ...
    def items(self) -> tuple[Item, ...]: ...


class Reactions:
    """One user's word on answers; failures are said below the answer and never raised."""

    def __init__(self, service: Store, user: str = LOCAL_USER) -> None:
        self._service, self._user = service, user

    def rate(self, turn: ShownTurn, verdict: str, note: str) -> ShownTurn:
        """The turn with what was pressed, or with why that was not kept; the note is there in either case."""
        try:
            self._feedback().rate(turn.id, cast(Verdict, verdict), note)
        except TutorError as error:
            return replace(turn, reaction=replace(turn.reaction, note=note, error=str(error)))
        return replace(turn, reaction=replace(turn.reaction, rated=verdict, note=note, error=""))

    def escalate(self, turn: ShownTurn, note: str) -> ShownTurn:
        """The turn with the number under which the trainers have it."""
        try:
            number = self._feedback().escalate(turn.id, note)
        except TutorError as error:
            return replace(turn, reaction=replace(turn.reaction, error=str(error)))
        return replace(turn, reaction=replace(turn.reaction, number=number, error=""))

    def recalled(self, turns: list[ShownTurn]) -> list[ShownTurn]:
        """Kept turns with what was pressed before; as they are where that cannot be read."""
        try:
            rated = self._feedback().ratings(turn.id for turn in turns)
            sent = {each.subject: each.number for each in self.questions() if each.kind == "escalation"}
        except TutorError:
            return turns
        words = {id: (rating.verdict, rating.note) for id, rating in rated.items()}
        return [
            replace(turn, reaction=Reaction(*words.get(turn.id, ("", "")), number=sent.get(turn.id, 0)))
            for turn in turns
        ]

    def questions(self) -> list[Inquiry]:
        """What this person sent, newest first. Raises StoreError."""
        return self._feedback().inquiries()

    def news(self) -> list[Inquiry]:
        """Those whose outcome this person has not seen. Raises StoreError."""
        return [each for each in self.questions() if _has_outcome(each) and each.told is None]

    def heard(self, shown: str) -> None:
        """Takes the news that ``shown`` names as read; what came after it was shown stays. Raises StoreError."""
        named = shown.split()
        self._feedback().heard([each.number for each in self.news() if _name(each) in named])

    def titles(self) -> dict[str, str]:
        """Of the items that can be opened, by id."""
        return {item.id: item.title for item in self._service.items()}

    def _feedback(self) -> Feedback:
        from tutor.store.feedback import Feedback

        return Feedback(self._service.database, self._user)


def below(turn: ShownTurn, number: int) -> str:
    """The row below a finished answer, safe HTML; nothing where there is no answer that is kept."""
    if not turn.id or not turn.answer or turn.decision not in _RATABLE:
        return ""
    reaction = turn.reaction
    parts = [_thumbs(reaction, number)]
    if turn.decision == "abstain" or reaction.rated == "wrong":
        parts.append(_sending(reaction, number))
    if reaction.error:
        parts.append(f'<p class="error" role="status">{escape(reaction.error)}</p>')
    return f'<div class="feedback">{"".join(parts)}</div>'


def _thumbs(reaction: Reaction, number: int) -> str:
    """The note's field is put in by page.js: the chat takes fields away."""
    up = button("rate", f"{number}:correct", _thumb("Correct", 0), "action", f"This answer is correct. {_COPY}")
    bad = "".join(button("rate", f"{number}:{name}", words, "action") for name, words in _BAD.items())
    note = f'<div class="note"><span class="kept">{escape(reaction.note)}</span></div>'
    words = f'<p class="small">What is wrong with it? Words help, but are not needed. {_COPY}</p>'
    down = disclosure(
        _thumb("Not right", 180), words + note + bad, "down", opened=bool(reaction.error and reaction.note)
    )
    thumbs = f'<div class="thumbs">{up}{down}</div>'
    if reaction.rated not in get_args(Verdict):
        return thumbs
    thanks = f'<p class="small" role="status">{_WORDS[cast(Verdict, reaction.rated)]}. Thank you.</p>'
    return thanks + disclosure("Rate it otherwise", thumbs, opened=bool(reaction.error))


def _sending(reaction: Reaction, number: int) -> str:
    if reaction.number:
        words = f"Sent to the trainers as number {reaction.number}. Its state stands under My questions."
        return f'<p class="said" role="status">{words}</p>'
    send = button("escalate", str(number), _ASK_TRAINERS, "action strong")
    return f'{send} <span class="small">{_COPY}</span>'


def _thumb(label: str, turned: int) -> str:
    """The picture has no viewBox, which the chat takes away: it is made small by its path."""
    picture = (
        f'<svg width="16" height="16" aria-hidden="true"><path transform="rotate({turned} 8 8) scale(0.66)" '
        f'fill="none" stroke="currentColor" stroke-width="1.8" d="{_UP}"/></svg>'
    )
    return f"{picture} {label}"


def news_view(news: list[Inquiry], titles: Mapping[str, str]) -> str:
    """What the person is told without asking; nothing where there is nothing new."""
    told = "".join(f"<li>{_outcome(each, titles)}</li>" for each in news)
    seen = button("heard", " ".join(_name(each) for each in news), "I have read this", "action")
    return f'<div class="news" role="status"><ul>{told}</ul>{seen}</div>' if told else ""


def questions_view(inquiries: list[Inquiry], titles: Mapping[str, str]) -> str:
    """Everything the person sent, with its state."""
    if not inquiries:
        return (
            '<p class="small">You have sent nothing to the trainers yet. Where the corpus does not hold an answer, '
            f"or an answer is wrong, press {_ASK_TRAINERS} below it.</p>"
        )
    rows = "".join(
        f'<li class="my-question {each.state}"><strong>{each.number}: {inline(each.question)}</strong>'
        f'<span class="outcome small">{_state(each)}</span>'
        f"{f'<div>{_outcome(each, titles)}</div>' if _has_outcome(each) else ''}</li>"
        for each in inquiries
    )
    return f'<ul class="my-questions">{rows}</ul>'


def _name(inquiry: Inquiry) -> str:
    """Names an outcome: a question that is decided anew has another one."""
    return f"{inquiry.number}:{inquiry.state}"


def _has_outcome(inquiry: Inquiry) -> bool:
    return inquiry.state in ("answered", "rejected") or inquiry.is_taken_back


def _state(inquiry: Inquiry) -> str:
    if inquiry.kind == "objection" and inquiry.state in ("answered", "rejected"):
        return "Looked at"
    if inquiry.state == "open" and inquiry.draft:
        return "A trainer is writing the answer"
    return _STATES[inquiry.state]


def _outcome(inquiry: Inquiry, titles: Mapping[str, str]) -> str:
    """What became of it, in a sentence; where it is answered now, buttons that open the item and ask it again."""
    if inquiry.kind == "objection" and not inquiry.is_taken_back:
        return _looked_at(inquiry)
    asked = f"Your question {inquiry.number}, “{inline(inquiry.question)}”"
    if inquiry.is_taken_back:
        return f"{asked}, is open again. {inline(inquiry.reply)}"
    reply = f" The trainer writes: {inline(inquiry.reply)}" if inquiry.reply else ""
    if inquiry.state == "rejected":
        return f"{asked}, was not taken up.{reply}"
    title = titles.get(inquiry.item_id, "")
    item = f" Its answer: {button('open', inquiry.item_id, inline(title), 'action')}" if title else ""
    again = button("ask", inquiry.question, "Ask it again", "action", attribute(inquiry.question)[:80])
    return f"{asked}, is answered now.{reply}{item} {again}"


def _looked_at(inquiry: Inquiry) -> str:
    """What became of an objection: a trainer's words, or that its item was changed because of it."""
    looked = f"Your objection to the grade of “{inline(inquiry.question)}” was looked at"
    if inquiry.reply:
        return f"{looked}: {inline(inquiry.reply)}"
    return f"{looked}, and its item was changed." if inquiry.draft else f"{looked}."
