"""A trainer's steps on one draft, with what they typed: no step loses it, and nobody's change is written over unseen.

Knows the desk; nothing of gradio or HTML. A step that fails says why and raises nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from tutor.errors import TutorError
from tutor.store.feedback_records import Draft
from tutor.store.serialized import storable
from tutor.web.desk import Desk


@dataclass(frozen=True)
class Edited:
    """What became of a step, in words. ``known`` is the draft as the trainer has it before them from then on,
    ``theirs`` what somebody else made of it meanwhile, None where nobody did."""

    words: str
    done: bool
    known: Draft
    theirs: Draft | None = None


def save(desk: Desk, known: Draft, typed: str, actor: str) -> Edited:
    """Keeps what was typed over the draft that the trainer knows."""
    try:
        return Edited("Saved.", True, desk.save(known.id, known.revision, typed, actor))
    except TutorError as error:
        return _refused(desk, known, typed, error)


def publish(desk: Desk, known: Draft, typed: str, actor: str) -> Edited:
    """Publishes what was typed; it is kept first where it is not yet."""
    try:
        if storable(typed) != known.text:
            known = desk.save(known.id, known.revision, typed, actor)
        done = desk.publish(known.id, known.revision, actor)
    except TutorError as error:
        return _refused(desk, known, typed, error)
    words = f"Published in {done.seconds:.1f} s, and the askers are told. {done.place.why} File: {done.place.file}"
    return Edited(" ".join([words, *done.doubts]), True, done.draft)


def to_choose(desk: Desk, known: Draft | None, typed: str) -> list[Draft]:
    """The open drafts, and the one that is open no more while something is typed in it that is not kept. Raises
    TutorError."""
    waiting = desk.drafts()
    if known and all(each.id != known.id for each in waiting):
        gone = desk.draft(known.id)
        if storable(typed) != gone.text:
            waiting.append(gone)
    return waiting


def _refused(desk: Desk, known: Draft, typed: str, error: TutorError) -> Edited:
    """A publication that fails moves the revision too: where the kept text is the typed one, nothing of anybody else's
    stands against the trainer's next step."""
    try:
        now, who = desk.draft(known.id), desk.last_step(known)
    except TutorError:
        return Edited(str(error), False, known)
    if now.state == "open" and now.text == storable(typed):
        return Edited(str(error), False, now)
    if now.revision == known.revision:
        return Edited(str(error), False, known)
    return Edited(f"{error}. {who}", False, known, now)
