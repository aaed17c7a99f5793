"""Publishes and undoes in children that are killed at random moments; prints what was found after each kill.

Run as ``python tests/kill_publishers.py HOME CORPUS KILLS``. After each kill, and again after ``recover``, file, index,
draft, inquiry and regression cases must tell the same state of every draft that is not being published or undone, and
after ``recover`` none is. One publication in three replaces an item of the library, whose file and index must hold the
newest published text of it. A child confirms each rating and each escalation over a pipe once it returned. Prints one
line of JSON.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import sys
import time
from pathlib import Path

from conftest import HashingEmbedder, item_text
from desk_help import have_turn

from tutor.corpus import read_item
from tutor.desk.item_drafts import Sketch, compose
from tutor.desk.publishing import Publisher
from tutor.desk.updating import items_in_use
from tutor.records import Item
from tutor.settings import Settings
from tutor.store import drafts as store_of_drafts
from tutor.store.database import Database
from tutor.store.drafts import Drafts
from tutor.store.feedback import Feedback
from tutor.store.feedback_records import Draft
from tutor.store.inbox import Inbox
from tutor.store.records import LOCAL_USER

LIVES = 1.3
"""A child lives at most so many times what one whole publication takes on this machine."""

KEPT = 3
"""More publications than these are undone, so that the index does not grow with the kills."""

CHANGED = "seed-001"
"""The item of the library that publications replace."""

CHANGED_TEXT = item_text(CHANGED, "What is a seed?", "A seed fixes random numbers. It makes runs equal. Edit 0.")

STATES = {
    "open": (False, False, "open", 0),
    "published": (True, True, "answered", 1),
    "undone": (False, False, "open", 0),
}


def work(settings: Settings, pipe: int, kill: int, times: int = 10_000) -> None:
    """Asks, rates, sends, publishes and undoes, until the process is killed."""
    database = Database.open(settings.database)
    feedback, drafts = Feedback(database, LOCAL_USER), Drafts(database)
    publisher = Publisher(settings, database, HashingEmbedder)
    for number in range(kill, kill + times):
        question = f"What is a variational autoencoder {kill} {number}?"
        turn = have_turn(database, question)
        feedback.rate(turn, "wrong", str(kill))
        os.write(pipe, f"rating {turn}\n".encode())
        sent = feedback.escalate(turn)
        os.write(pipe, f"inquiry {sent}\n".encode())
        if number % 3 == 2:
            before = changed_file(settings).read_text()
            after = re.sub(r"Edit \d+", f"Edit {draft_number(drafts)}", before)
            draft = drafts.begin_change([sent], CHANGED, after, before, "tess")
        else:
            draft = drafts.begin([sent], compose(Sketch(question, "It learns codes.")), "tess")
        draft = publisher.publish(draft.id, draft.revision, "tess").draft
        if number % 2:
            publisher.undo(draft.id, draft.revision, "tess")


def changed_file(settings: Settings) -> Path:
    return settings.library / "seeds" / f"{CHANGED}.md"


def draft_number(drafts: Drafts) -> int:
    """Another number for each draft."""
    return 1 + max((each.number for each in drafts.all("open", "published", "undone")), default=0)


def seconds_of_one(settings: Settings) -> float:
    """How long a child takes from its start to the end of its first publication."""
    started, pipe = time.monotonic(), os.open(os.devnull, os.O_WRONLY)
    if (child := os.fork()) == 0:
        work(settings, pipe, 0, times=1)
        os._exit(0)
    os.waitpid(child, 0)
    return time.monotonic() - started


def kill_one(settings: Settings, kill: int, life: float) -> list[str]:
    """Starts a child, kills it after ``life`` seconds, returns what it confirmed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        work(settings, writer, kill)
        os._exit(1)
    os.close(writer)
    time.sleep(life)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reader, encoding="utf-8") as confirmed:
        return confirmed.read().splitlines()


def check_in_child(settings: Settings) -> tuple[bool, list[str]]:
    """Whether something was interrupted, and what is wrong right after a kill or after recovery.

    In a child of its own, so that the parent opens no index and its forks start clean.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        wrong = mismatches(settings)
        if not set(items_in_use(settings, HashingEmbedder())) >= {"q001", "q002", "q003"}:
            wrong.append("the index lost items")
        said = Publisher(settings, Database.open(settings.database), HashingEmbedder).recover()
        if Drafts(Database.open(settings.database)).all("publishing", "undoing"):
            wrong.append("something is still between")
        wrong += mismatches(settings)
        with os.fdopen(writer, "w", encoding="utf-8") as out:
            json.dump([bool(said), wrong], out)
        undo_old(settings)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as told:
        text = told.read()
    os.waitpid(child, 0)
    interrupted, wrong = json.loads(text)
    return interrupted, wrong


def undo_old(settings: Settings) -> None:
    database = Database.open(settings.database)
    for draft in [each for each in Drafts(database).all("published") if each.item_id != CHANGED][KEPT:]:
        Publisher(settings, database, HashingEmbedder).undo(draft.id, draft.revision, "tess")


def mismatches(settings: Settings) -> list[str]:
    """Drafts at rest whose file, index, inquiry and regression cases do not tell the state that the draft tells."""
    database = Database.open(settings.database)
    indexed, inbox, wrong = items_in_use(settings, HashingEmbedder()), Inbox(database), []
    cases = [case.item_id for case in inbox.regressions()]
    states = {each.item_id: each.state for each in Feedback(database, LOCAL_USER).inquiries() if each.item_id}
    for draft in Drafts(database).all("open", "published", "undone"):
        if draft.item_id == CHANGED:
            continue
        file = settings.library / "trainers" / f"{draft.item_id}.md"
        id = draft.item_id
        found = (file.is_file(), id in indexed, states.get(id, "open"), cases.count(id))
        if STATES.get(draft.state) != found:
            wrong.append(f"{id} is {draft.state}, but {found}")
    if not [draft for draft in Drafts(database).all("publishing", "undoing") if draft.item_id == CHANGED]:
        published = [draft for draft in Drafts(database).all("published") if draft.item_id == CHANGED]
        wrong += mismatches_of_changed(settings, database, published, indexed[CHANGED])
    return wrong


def mismatches_of_changed(settings: Settings, database: Database, published: list[Draft], indexed: Item) -> list[str]:
    """What does not tell that the newest of the ``published`` changes of the item, or none of them, holds."""
    file = changed_file(settings)
    newest = max(published, key=lambda draft: draft.number, default=None)
    inquiries = Feedback(database, LOCAL_USER).inquiries()
    answered = {each.draft for each in inquiries if each.item_id == CHANGED and each.state == "answered"}
    cases = [case for case in Inbox(database).regressions() if case.item_id == CHANGED]
    holds = {
        "file": file.read_text() == (newest.text if newest else CHANGED_TEXT),
        "index": indexed.digest == read_item(file, file.parent, "seeds").digest,
        "inquiries": answered == {draft.id for draft in published},
        "cases": len(cases) == len(published),
    }
    return [f"{CHANGED}: the {name} tells something else" for name, is_so in holds.items() if not is_so]


if __name__ == "__main__":
    settings = Settings(home=Path(sys.argv[1]), corpus=Path(sys.argv[2]), chat_model="none")
    store_of_drafts.LISTED = 1_000_000  # each of them is looked at
    changed_file(settings).parent.mkdir(parents=True)
    changed_file(settings).write_text(CHANGED_TEXT)
    chance, confirmed, wrong, interrupted = random.Random(20), list[str](), list[str](), 0
    for number in range(int(sys.argv[3])):
        if number % 20 == 0:  # the machine is not equally busy all the time
            whole = seconds_of_one(settings)
        confirmed += kill_one(settings, number, chance.uniform(0, LIVES * whole))
        was_interrupted, found = check_in_child(settings)
        interrupted += was_interrupted
        wrong += [f"after kill {number}: {each}" for each in found]
        print(f"{number} kills, {len(wrong)} wrong", file=sys.stderr)
    print(json.dumps({"confirmed": confirmed, "wrong": wrong, "interrupted": interrupted}))
