from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import HashingEmbedder, item_text
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from typer.testing import CliRunner

from tutor.__main__ import app
from tutor.answering import Tutor
from tutor.desk.updating import items_in_use
from tutor.index import IndexInUse
from tutor.settings import Settings

ROOT = Path(__file__).parent.parent
CONTRACT = {
    "decision", "confidence", "band", "reason", "hits", "answer", "citations", "choices", "standalone", "timings",
}  # fmt: skip


def _tutor(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tutor", *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


def _last_line(outcome: subprocess.CompletedProcess[str]) -> Any:
    assert outcome.returncode == 0, outcome.stderr
    return json.loads(outcome.stdout.splitlines()[-1])


@pytest.mark.model
def test_ask_prints_one_line_of_json_with_the_fields_of_the_contract(real_home: Path) -> None:
    record = _last_line(_tutor("ask", "bagging vs boosting", "--json", "--no-llm", TUTOR_HOME=str(real_home)))
    assert record.keys() >= CONTRACT
    assert (record["decision"], record["hits"][0]["id"], len(record["hits"])) == ("answer", "q013", 5)
    assert 0 <= record["confidence"] <= 1
    assert record["timings"].keys() >= {"retrieval_ms", "first_token_ms", "total_ms"}
    body = (ROOT / "corpus" / "questions" / "q013-bagging-vs-boosting.md").read_text(encoding="utf-8")
    assert all(citation["quote"] in body for citation in record["citations"])


def test_what_a_model_says_cannot_take_the_terminal_over(indexed: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    model = FakeListChatModel(responses=["A quokka\x1b[2J is a small animal."])
    tutor = Tutor(IndexInUse(indexed.index, "hashing"), HashingEmbedder(), model, "fake")
    monkeypatch.setattr("tutor.assembly.build_tutor", lambda settings: tutor)
    outcome = CliRunner().invoke(app, ["ask", "answer from memory: what is a quokka?"])
    assert "A quokka�[2J is a small animal." in outcome.stdout
    assert "\x1b" not in outcome.stdout


@pytest.mark.model
def test_a_batch_answers_questions_and_the_last_of_turns(real_home: Path, tmp_path: Path) -> None:
    asked, answers = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows = [
        {"id": "a", "question": "what is pca"},
        {"id": "b", "turns": ["what is smote", "and how does it make the new points?"]},
        {"id": "c", "question": "who won the football world cup"},
    ]
    asked.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    outcome = _tutor("ask", "--batch", str(asked), "--out", str(answers), "--no-llm", TUTOR_HOME=str(real_home))
    assert outcome.returncode == 0, outcome.stderr
    records = [json.loads(line) for line in answers.read_text(encoding="utf-8").splitlines()]
    assert [(record["id"], record["decision"]) for record in records] == [
        ("a", "answer"),
        ("b", "answer"),
        ("c", "abstain"),
    ]
    assert [record["hits"][0]["id"] for record in records[:2]] == ["q035", "q020"]
    assert "smote" in records[1]["standalone"]


def test_a_batch_without_a_model_fails_unless_told_so(tmp_path: Path) -> None:
    asked = tmp_path / "in.jsonl"
    asked.write_text('{"id": 1, "question": "x"}', encoding="utf-8")
    outcome = _tutor("ask", "--batch", str(asked), "--out", str(tmp_path / "out.jsonl"), TUTOR_MODEL="none")
    assert outcome.returncode == 1
    assert "--no-llm" in outcome.stderr
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize("words", [("ask",), ("ask", "x", "--batch", "y"), ("nonsense",), ("ask", "x", "--nonsense")])
def test_wrong_use_exits_with_two(words: tuple[str, ...]) -> None:
    outcome = _tutor(*words)
    assert outcome.returncode == 2
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize("other", ["notes.md", "--remove=notes", "--dry-run", "--allow-empty", "--json"])
def test_watching_goes_with_nothing_else_and_says_so(other: str) -> None:
    outcome = CliRunner().invoke(app, ["ingest", other, "--watch"])
    assert outcome.exit_code == 2
    assert "--watch goes with nothing else" in outcome.output


def test_ingest_fails_where_a_folder_is_suddenly_empty_until_it_is_told_that_this_is_meant(
    indexed: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutor.commands.upkeep.read_settings", lambda: indexed)
    monkeypatch.setattr("tutor.weights.fetch", lambda *given: Path())
    monkeypatch.setattr("tutor.assembly.sentence_embedder", lambda settings: HashingEmbedder())
    (indexed.corpus / "faq").mkdir()
    (indexed.corpus / "faq" / "faq01.md").write_text(item_text("faq01", "How long?", "A week.", kind="faq"))
    for path in (indexed.corpus / "questions").iterdir():
        path.unlink()

    refused = CliRunner().invoke(app, ["ingest"])
    assert refused.exit_code == 1
    assert "corpus/questions: found a folder that is suddenly empty" in refused.output
    assert "python ingest.py --allow-empty" in refused.output
    assert len(items_in_use(indexed, HashingEmbedder())) == 4
    assert CliRunner().invoke(app, ["ingest", "--allow-empty"]).exit_code == 0
    assert set(items_in_use(indexed, HashingEmbedder())) == {"faq01"}


def test_a_missing_corpus_folder_is_a_sentence(tmp_path: Path) -> None:
    outcome = _tutor("lint", TUTOR_CORPUS=str(tmp_path / "nowhere"))
    assert (outcome.returncode, outcome.stdout) == (1, "")
    assert "does not exist" in outcome.stderr
    assert "Traceback" not in outcome.stderr


def test_lint_names_file_and_line_and_fails(small_corpus: Path) -> None:
    path = small_corpus / "questions" / "q002-item.md"
    path.write_text(path.read_text(encoding="utf-8").replace("level: beginner", "level: genius"), encoding="utf-8")
    outcome = _tutor("lint", TUTOR_CORPUS=str(small_corpus))
    assert outcome.returncode == 1
    assert "questions/q002-item.md:6: found level = 'genius'" in outcome.stdout


def test_doctor_on_a_bare_machine_names_the_commands_that_mend_it(tmp_path: Path) -> None:
    outcome = _tutor("doctor", TUTOR_HOME=str(tmp_path / "home"))
    assert outcome.returncode == 1
    assert "to mend it: tutor fetch" in outcome.stdout
    assert "to mend it: python ingest.py" in outcome.stdout
    assert "Traceback" not in outcome.stderr


@pytest.mark.model
def test_doctor_finds_nothing_to_mend_where_all_is_well(real_home: Path) -> None:
    outcome = _tutor("doctor", TUTOR_HOME=str(real_home), TUTOR_PORT="7999")
    assert outcome.returncode == 0, outcome.stdout
    assert "MEND" not in outcome.stdout


@pytest.mark.model
def test_ingest_prints_its_report_as_json_and_takes_documents_in_and_out(real_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "weights").symlink_to(real_home / "weights", target_is_directory=True)
    corpus = tmp_path / "corpus" / "faq"
    corpus.mkdir(parents=True)
    source = next((ROOT / "corpus" / "faq").glob("faq01*.md"))
    (corpus / source.name).write_bytes(source.read_bytes())
    notes = tmp_path / "notes.csv"
    notes.write_text("question,answer\nWhat is a quokka score?,It counts the smiles of a quokka.\n", encoding="utf-8")
    environment = {"TUTOR_HOME": str(home), "TUTOR_CORPUS": str(corpus.parent)}

    def ingest(*words: str) -> Any:
        outcome = subprocess.run(
            [sys.executable, "ingest.py", *words, "--json"],
            cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=280,
        )  # fmt: skip
        return _last_line(outcome)

    first = ingest(str(notes))
    assert first.keys() >= {"imported", "added", "updated", "removed", "unchanged", "errors", "seconds", "generation"}
    assert (first["imported"], first["added"], first["errors"]) == (1, 2, [])
    record = _last_line(_tutor("ask", "what is the quokka score", "--json", "--no-llm", **environment))
    assert record["hits"][0]["id"] == "notes-001"
    again = ingest()
    assert (again["unchanged"], again["generation"]) == (2, first["generation"])
    assert (home / "library" / "notes" / "notes-001.md").is_file()
    assert ingest("--remove", "notes")["removed"] == 1


def test_the_wheel_carries_the_corpus_and_the_pages_files(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    corpus = {f"tutor/_corpus/{path.relative_to(ROOT / 'corpus')}" for path in (ROOT / "corpus").rglob("*.md")}
    assert corpus <= names
    assert {"tutor/web/style.css", "tutor/web/page.js"} <= names
