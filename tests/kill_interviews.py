"""Answers interviews in children that are killed at random moments; prints, as JSON, each answer that was confirmed.

Run as ``python tests/kill_interviews.py DATABASE KILLS``. A child confirms an answer over a pipe once ``act`` returned;
the next child resumes the interview that the killed one left, whatever its state, or starts a new one.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from interview_fakes import ITEMS, grade_by_names

from tutor.interview.conducting import Interviews
from tutor.interview.records import Action, Answer, Predict, Proceed, Setup
from tutor.store.database import Database
from tutor.store.practice import Practice
from tutor.store.records import LOCAL_USER

SETUP = Setup(kinds=("concept",), number=6)
STEPS = 5


def take_steps(path: Path, pipe: int, name: str) -> None:
    """One step after the other; confirms each answer once it is saved."""
    practice = Practice(Database.open(path), LOCAL_USER)
    interviews = Interviews(practice, grade_by_names)
    for number in range(STEPS):
        waiting = practice.newest("interview", "running", "paused")
        opened = interviews.open(waiting[0].id) if waiting else interviews.start(SETUP, ITEMS, seed=7)
        phase = opened.interview.current.phase
        text = f"answer {name}.{number} of one or two words"
        actions: dict[str, Action] = {"answering": Answer(text), "predicting": Predict(0.5), "told": Proceed()}
        action = actions[phase]
        practice.keep_draft(opened.id, opened.revision, f"draft {name}.{number}")
        interviews.act(opened.id, opened.revision, action)
        if isinstance(action, Answer):
            os.write(pipe, f"{opened.id} {text}\n".encode())


def kill_one(path: Path, name: str, life: float) -> list[str]:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            take_steps(path, writer, name)
        except BaseException as error:
            os.write(2, f"child {name}: {error!r}\n".encode())
            os._exit(1)
        os._exit(0)
    os.close(writer)
    time.sleep(life)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        sys.exit("a child failed before it was killed")
    with os.fdopen(reader, encoding="utf-8") as confirmed:
        return confirmed.read().splitlines()


def main(path: Path, kills: int) -> None:
    database = Database.open(path)
    warm_up(Interviews(Practice(database, LOCAL_USER), grade_by_names))
    database.close()  # the children open connections of their own
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        take_steps(path, os.open(os.devnull, os.O_WRONLY), "measured")
        os._exit(0)
    os.waitpid(child, 0)
    longest = time.perf_counter() - started
    chance = random.Random(11)
    confirmed = [line for number in range(kills) for line in kill_one(path, str(number), chance.uniform(0, longest))]
    print(json.dumps(confirmed))


def warm_up(interviews: Interviews) -> None:
    """The children find everything imported and every statement compiled."""
    opened = interviews.start(SETUP, ITEMS, seed=7)
    interviews.act(opened.id, opened.revision, Answer("a warming answer"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
