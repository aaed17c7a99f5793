"""Publishes and undoes in children that are killed at random moments; prints what was found after each kill.

Run as ``python tests/kill_publishers.py HOME CORPUS KILLS``. After each kill, and again after ``recover``, file, index,
draft, inquiry and regression cases must tell the same state of every draft that is not being published or undone, and
after ``recover`` none is. A child confirms each rating and each escalation over a pipe once it returned. Prints one
line of JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from conftest import HashingEmbedder
from desk_help import have_turn

from tutor.desk.item_drafts import Sketch, compose
from tutor.desk.publishing import Publisher
from tutor.desk.updating import items_in_use
from tutor.settings import Settings
from tutor.store.database import Database
from tutor.store.drafts import Drafts
from tutor.store.feedback import Feedback
from tutor.store.inbox import Inbox
from tutor.store.records import LOCAL_USER

LIVES = 1.3
"""A child lives at most so many times what one whole publication takes on this machine."""

KEPT = 3
"""More publications than these are undone, so that the index does not grow with the kills."""

STATES = {
    "open": (False, False, "open", 0),
    "published": (True, True, "answered", 1),
    "undone": (False, False, "open", 0),
}


def work(settings: Settings, pipe: int, name: str, times: int = 10_000) -> None:
    """Asks, rates, sends, publishes and undoes, until the process is killed."""
    database = Database.open(settings.database)
    feedback, drafts = Feedback(database, LOCAL_USER), Drafts(database)
    publisher = Publisher(settings, database, HashingEmbedder)
    for number in range(times):
        question = f"What is a variational autoencoder {name} {number}?"
        turn = have_turn(database, question)
        feedback.rate(turn, "wrong", name)
        os.write(pipe, f"rating {turn}\n".encode())
        sent = feedback.escalate(turn)
        os.write(pipe, f"inquiry {sent}\n".encode())
        draft = drafts.begin([sent], compose(Sketch(question, "It learns codes.")), "tess")
        draft = publisher.publish(draft.id, draft.revision, "tess").draft
        if number % 2:
            publisher.undo(draft.id, draft.revision, "tess")


def seconds_of_one(settings: Settings) -> float:
    """How long a child takes from its start to the end of its first publication."""
    started, pipe = time.monotonic(), os.open(os.devnull, os.O_WRONLY)
    if (child := os.fork()) == 0:
        work(settings, pipe, "whole", times=1)
        os._exit(0)
    os.waitpid(child, 0)
    return time.monotonic() - started


def kill_one(settings: Settings, name: str, life: float) -> list[str]:
    """Starts a child, kills it after ``life`` seconds, returns what it confirmed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        work(settings, writer, name)
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
    for draft in Drafts(database).all("published")[KEPT:]:
        Publisher(settings, database, HashingEmbedder).undo(draft.id, draft.revision, "tess")


def mismatches(settings: Settings) -> list[str]:
    """Drafts at rest whose file, index, inquiry and regression cases do not tell the state that the draft tells."""
    database = Database.open(settings.database)
    indexed, inbox, wrong = items_in_use(settings, HashingEmbedder()), Inbox(database), []
    cases = [case.item_id for case in inbox.regressions()]
    states = {each.item_id: each.state for each in Feedback(database, LOCAL_USER).inquiries() if each.item_id}
    for draft in Drafts(database).all("open", "published", "undone"):
        file = settings.library / "trainers" / f"{draft.item_id}.md"
        id = draft.item_id
        found = (file.is_file(), id in indexed, states.get(id, "open"), cases.count(id))
        if STATES.get(draft.state) != found:
            wrong.append(f"{id} is {draft.state}, but {found}")
    return wrong


if __name__ == "__main__":
    settings = Settings(home=Path(sys.argv[1]), corpus=Path(sys.argv[2]), chat_model="none")
    chance, confirmed, wrong, interrupted = random.Random(20), list[str](), list[str](), 0
    for number in range(int(sys.argv[3])):
        if number % 20 == 0:  # the machine is not equally busy all the time
            whole = seconds_of_one(settings)
        confirmed += kill_one(settings, str(number), chance.uniform(0, LIVES * whole))
        was_interrupted, found = check_in_child(settings)
        interrupted += was_interrupted
        wrong += [f"after kill {number}: {each}" for each in found]
        print(f"{number} kills, {len(wrong)} wrong", file=sys.stderr)
    print(json.dumps({"confirmed": confirmed, "wrong": wrong, "interrupted": interrupted}))
