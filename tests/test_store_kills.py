"""A thousand writers killed in the middle: no finished turn is lost and the database stays readable."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

from tutor.store.conversations import Conversations
from tutor.store.database import Database
from tutor.store.records import LOCAL_USER

KILLS = 1000
WRITERS = Path(__file__).with_name("kill_writers.py")


def test_a_thousand_kills_lose_no_finished_turn_and_leave_a_readable_database(tmp_path: Path) -> None:
    path = tmp_path / "tutor.db"
    database = Database.open(path)
    conversations = Conversations(database, LOCAL_USER)
    id = conversations.create()
    database.close()

    command = [sys.executable, str(WRITERS), str(path), id, str(KILLS)]
    ran = subprocess.run(command, cwd=WRITERS.parents[1], capture_output=True, text=True, check=True)

    confirmed = json.loads(ran.stdout)
    whole, _ = Conversations(Database.open(path), LOCAL_USER).every_turn(id)
    kept = {turn.id: turn for turn in whole.turns}
    assert confirmed, "no turn was finished: the machine is too slow for the moments of these kills"
    assert [turn for turn in confirmed if turn not in kept or kept[turn].state != "done"] == []
    for turn in whole.turns:
        text = f"{turn.asked.message} " * 200
        assert turn.content.item_text in ({text} if turn.state == "done" else {"", text[:100]})
    assert {turn.state for turn in whole.turns} == {"open", "done"}
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)
