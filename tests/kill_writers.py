"""Writes turns in children that are killed at random moments; prints, as JSON, each turn whose end was confirmed.

Run as ``python tests/kill_writers.py DATABASE CONVERSATION KILLS``. A child confirms a turn over a pipe only after
``finish_turn`` returned; the parent kills it with SIGKILL at a random moment of its opening or writing.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from tutor.store.conversations import Conversations
from tutor.store.database import Database
from tutor.store.records import LOCAL_USER, Asked, Content, Versions

LONGEST_LIFE = 3
"""In times that a turn takes on this machine now."""
MEASURED = 20


def write_turns(conversations: Conversations, conversation: str, pipe: int, name: str, count: int) -> None:
    """Turn after turn; a child is killed before it comes to the end."""
    for number in range(count):
        text = f"{name}.{number} " * 200
        ticket = conversations.begin_turn(conversation, Asked(f"{name}.{number}"))
        conversations.save_progress(ticket, Content(item_text=text[:100]))
        conversations.finish_turn(ticket, "done", Content(item_text=text), Versions(tutor="test"))
        os.write(pipe, f"{ticket.turn}\n".encode())


def kill_one(conversations: Conversations, conversation: str, name: str, life: float) -> list[str]:
    """Starts a writer, kills it, returns the turns whose end it confirmed."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        write_turns(conversations, conversation, writer, name, 10_000)
        os._exit(1)
    os.close(writer)
    time.sleep(life)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reader, encoding="utf-8") as confirmed:
        return confirmed.read().splitlines()


def main(path: Path, conversation: str, kills: int) -> None:
    database = Database.open(path)
    conversations = Conversations(database, LOCAL_USER)
    null = os.open(os.devnull, os.O_WRONLY)
    started = time.perf_counter()
    write_turns(conversations, conversation, null, "first", MEASURED)  # the children find every statement compiled
    longest = LONGEST_LIFE * (time.perf_counter() - started) / MEASURED
    database.close()  # and open connections of their own
    chance = random.Random(20)
    lives = [(str(number), chance.uniform(0, longest)) for number in range(kills)]
    print(json.dumps([id for name, life in lives for id in kill_one(conversations, conversation, name, life)]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
