"""tutor run and tutor attempt: their JSON, their exit codes, and how little they load."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tutor.settings import default_corpus, read_settings
from tutor.store.database import Database
from tutor.store.practice import Practice
from tutor.store.records import LOCAL_USER
from tutor.terminal_text import printable

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("torch", "gradio", "chromadb", "sentence_transformers", "langchain_core", "xllamacpp")


def tutor(*words: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *options, "-m", "tutor", *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def record(outcome: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.count("\n") == 1
    return dict(json.loads(outcome.stdout))


@pytest.mark.parametrize("name", ["q043", "nms"])
def test_run_gives_the_reference_on_its_sample(name: str) -> None:
    found = record(tutor("run", name, "--json"))

    assert (found["exercise"], found["value"], found["problem"]) == ("q043", "array([0, 2])", "")
    assert found["call"].startswith("nms([[0, 0, 10, 10]")
    assert "def nms" in found["code"]


def test_run_takes_a_call_and_says_why_it_fails() -> None:
    good = tutor("run", "rolling_window_mean", "--call", "rolling_window_mean([1, 2, 3], 2)")
    bad = tutor("run", "rolling_window_mean", "--call", "rolling_window_mean([1, 2, 3], 0)")

    assert (good.returncode, bad.returncode) == (0, 1)
    assert "array([nan, 1.5, 2.5])" in good.stdout
    assert "ValueError" in bad.stderr


def test_attempt_follows_its_contract(tmp_path: Path) -> None:
    solution = default_corpus() / "coding" / "q045-reservoir-sample" / "solution.py"
    found = record(tutor("attempt", "q045", str(solution), "--json"))
    assert found.keys() >= {"verdict", "cases", "stdout", "ms"}
    assert found["verdict"] == "pass"
    assert found["cases"][0].keys() >= {"name", "verdict", "input", "expected", "got", "why", "ms"}

    (tmp_path / "wrong.py").write_text("print('hello')\ndef reservoir_sample(stream, k): return list(stream)[:k]")
    found = record(tutor("attempt", "q045", str(tmp_path / "wrong.py"), "--json"))
    assert found["verdict"] != "pass"
    assert found["stdout"] == "hello\n"


def test_an_attempt_counts_as_evidence_unless_it_was_not_run(tmp_path: Path) -> None:
    solution = default_corpus() / "coding" / "q045-reservoir-sample" / "solution.py"
    (tmp_path / "broken.py").write_text("def reservoir_sample(:")

    tutor("attempt", "q045", str(tmp_path / "broken.py"))
    tutor("attempt", "q045", str(solution))

    with closing(Database.open(read_settings().database)) as database:
        rows = Practice(database, LOCAL_USER).evidence()
    assert [(row.source, row.item, row.score) for row in rows] == [("attempt", "q045", 1.0)]


def test_an_attempt_is_judged_where_it_cannot_be_kept() -> None:
    solution = default_corpus() / "coding" / "q045-reservoir-sample" / "solution.py"
    read_settings().home.write_text("a file where a folder should be")
    outcome = tutor("attempt", "q045", str(solution), "--json")
    assert record(outcome)["verdict"] == "pass"
    assert "does not count in your progress" in outcome.stderr


def test_an_unknown_exercise_and_a_missing_file_are_sentences_and_wrong_use_is_2() -> None:
    unknown, missing, wrong = tutor("run", "q999"), tutor("attempt", "q041", "/no/such.py"), tutor("attempt", "q041")

    assert (unknown.returncode, missing.returncode, wrong.returncode) == (1, 1, 2)
    assert "There is no exercise 'q999'" in unknown.stderr
    assert missing.stderr == "tutor: /no/such.py: No such file or directory\n"


@pytest.mark.parametrize("words", [("run", "nms", "--json"), ("attempt", "nms", "LICENSE", "--json")])
def test_neither_command_loads_what_is_slow(words: tuple[str, ...]) -> None:
    imported = tutor(*words, options=("-X", "importtime")).stderr

    assert "tutor.judging" in imported
    assert [name for name in HEAVY if f" {name}\n" in imported] == []


def test_what_a_program_prints_cannot_control_the_terminal() -> None:
    assert printable("a\x1b[2J\x07b\r\n\tü\xa0\u202e") == "a�[2J�b�\n\tü\xa0�"
