"""Publishers killed in the middle: the old or the new state, never between, and nothing is lost.

Thirty kills, because each takes a second or two; `python tests/kill_publishers.py HOME CORPUS 300` does more.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import HashingEmbedder

from tutor.ingestion import ingest
from tutor.settings import Settings
from tutor.store.database import Database
from tutor.store.feedback import Feedback
from tutor.store.records import LOCAL_USER

KILLS = 30
PUBLISHERS = Path(__file__).with_name("kill_publishers.py")


@pytest.mark.timeout(600)
def test_kills_leave_the_old_or_the_new_state_and_lose_no_rating_or_question(
    tmp_path: Path, small_corpus: Path
) -> None:
    settings = Settings(home=tmp_path / "home", corpus=small_corpus, chat_model="none")
    ingest(settings, HashingEmbedder())
    command = [sys.executable, str(PUBLISHERS), str(settings.home), str(small_corpus), str(KILLS)]

    ran = subprocess.run(command, cwd=PUBLISHERS.parents[1], capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr[-3000:]
    found = json.loads(ran.stdout.splitlines()[-1])
    assert found["wrong"] == []
    assert found["interrupted"] > KILLS / 30
    feedback = Feedback(Database.open(settings.database), LOCAL_USER)
    told = [line.split() for line in found["confirmed"]]
    assert len(told) > KILLS / 2
    rated = [id for kind, id in told if kind == "rating"]
    assert set(feedback.ratings(rated)) == set(rated)
    assert {int(id) for kind, id in told if kind == "inquiry"} <= {each.number for each in feedback.inquiries()}
