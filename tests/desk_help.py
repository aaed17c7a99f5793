"""What the tests of feedback and of the trainers' desk share: a database with a conversation that was had."""

from __future__ import annotations

from tutor.records import Citation, Confidence, Hit
from tutor.store.conversations import Conversations
from tutor.store.database import Database
from tutor.store.records import LOCAL_USER, Asked, Content, Versions

VERSIONS = Versions(tutor="1.0", model="fake", index="g1")


def have_turn(database: Database, asked: str, user: str = LOCAL_USER, conversation: str = "", parent: str = "") -> str:
    """A finished turn that abstained after finding q001; returns its id."""
    kept = Conversations(database, user)
    ticket = kept.begin_turn(conversation or kept.create(), Asked(asked), parent or None)
    content = Content(
        item_text=f"The corpus does not hold: {asked}",
        decision="abstain",
        confidence=Confidence(0.12, "low", "no item comes near the question"),
        hits=(Hit("q001", 0.4, "question", "What is gradient descent?"),),
        citations=(Citation(1, "q001", "The learning rate sets the step."),),
        digests={"q001": "abc"},
    )
    kept.finish_turn(ticket, "done", content, VERSIONS)
    return ticket.turn
