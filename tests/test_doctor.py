"""Each part is said to be well where it is, and what is not well has the command that mends it."""

from __future__ import annotations

import hashlib
import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import SMALL_ITEMS, HashingEmbedder, item_text

from tutor import doctor
from tutor.doctor import Finding, examine
from tutor.errors import StoreError
from tutor.index import current_generation
from tutor.ingestion import ingest
from tutor.pinned_weights import WeightFile, Weights
from tutor.settings import Settings
from tutor.store import migrations
from tutor.store.database import Database

CONTENT = b"twelve bytes"


def _weights(name: str, title: str) -> Weights:
    file = WeightFile("model.bin", len(CONTENT), hashlib.sha256(CONTENT).hexdigest(), "", ())
    return Weights(name, title, "MIT", (file,))


@pytest.fixture(autouse=True)
def small_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models of twelve bytes; the embedding one has the name of the tests' embedder, as the small index wants it."""
    monkeypatch.setattr(doctor, "EMBEDDING_MODEL", _weights("hashing", "Hashing"))
    monkeypatch.setattr(doctor, "CHAT_MODEL", _weights("chat", "Chat 1B"))


@pytest.fixture
def free_port() -> Iterator[int]:
    """A port that is held and that nobody listens on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``corpus`` and ``home``, where nothing is missing; copied for each test."""
    folder = tmp_path_factory.mktemp("whole")
    questions = folder / "corpus" / "questions"
    questions.mkdir(parents=True)
    for id, (title, body) in SMALL_ITEMS.items():
        (questions / f"{id}-item.md").write_text(item_text(id, title, body), encoding="utf-8")
    settings = Settings(home=folder / "home", corpus=folder / "corpus")
    ingest(settings, HashingEmbedder())
    for name in ("hashing", "chat"):
        (settings.weights / name).mkdir(parents=True)
        (settings.weights / name / "model.bin").write_bytes(CONTENT)
    return folder


@pytest.fixture
def whole(template: Path, tmp_path: Path, free_port: int) -> Settings:
    """An installation that lacks nothing."""
    shutil.copytree(template, tmp_path / "whole")
    return Settings(home=tmp_path / "whole" / "home", corpus=tmp_path / "whole" / "corpus", port=free_port)


def _findings(settings: Settings, whole_hashes: bool = False) -> dict[str, Finding]:
    return {finding.part: finding for finding in examine(settings, whole_hashes)}


def _assert_only_bad(findings: dict[str, Finding], *parts: str) -> None:
    assert {part for part, finding in findings.items() if not finding.well} == set(parts)
    assert all(findings[part].mend for part in parts)


# --- all is well ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("whole_hashes", [False, True])
def test_a_whole_installation_is_well_in_every_part(whole: Settings, whole_hashes: bool) -> None:
    findings = _findings(whole, whole_hashes)
    _assert_only_bad(findings)
    assert list(findings) == [
        "tutor",
        *doctor.PACKAGES,
        "data",
        "corpus",
        "library",
        "embedding model",
        "chat model",
        "memory",
        "passages read ahead",
        "index",
        "database",
        "sandbox",
        "address",
    ]
    assert findings["corpus"].words == f"{whole.corpus}, 3 items, 0 files with errors"
    assert findings["library"].words == "0 imported items"
    assert findings["embedding model"].words == "Hashing, MIT" + (", SHA-256 right" if whole_hashes else "")
    assert findings["chat model"].words.startswith("Chat 1B, MIT")
    generation = current_generation(whole.index)
    assert findings["index"].words == f"generation {generation}, 3 items, 33 passages"
    assert findings["database"].words.endswith("is made with the first conversation")
    assert findings["address"].words == f"127.0.0.1:{whole.port} is free"


def test_the_database_is_named_with_its_schema_and_a_damaged_one_with_what_mends_it(settings: Settings) -> None:
    Database.open(settings.database).close()
    assert f"schema {migrations.newest()}, " in doctor._database(settings).words
    settings.database.write_bytes(b"no database " * 1000)
    with pytest.raises(StoreError, match="damaged"):
        doctor._database(settings)


def test_looking_changes_nothing(whole: Settings) -> None:
    before = {path: path.stat().st_mtime_ns for path in whole.home.rglob("*") if "vectors" not in path.parts}
    _findings(whole, whole_hashes=True)
    assert {path: path.stat().st_mtime_ns for path in whole.home.rglob("*") if "vectors" not in path.parts} == before


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("none", "none: answers are the corpus's own words"),
        ("ollama:llama3.2@http://box:11434/v1", "llama3.2 at http://box:11434/v1"),
    ],
)
def test_a_chat_model_that_is_not_embedded_needs_no_weights(whole: Settings, spec: str, words: str) -> None:
    finding = _findings(replace(whole, chat_model=spec))["chat model"]
    assert (finding.well, finding.words) == (True, words)


def test_the_key_of_a_chat_model_is_not_shown(whole: Settings) -> None:
    settings = replace(whole, chat_model="openai:m@http://127.0.0.1:1/v1", api_key="sk-secret")
    assert "sk-secret" not in repr(_findings(settings))


# --- each part not well -----------------------------------------------------------------------------------------------


def test_a_missing_package_names_its_installation(whole: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PACKAGES", ("numpy", "no-such-package-of-ours"))
    findings = _findings(whole)
    _assert_only_bad(findings, "no-such-package-of-ours")
    assert findings["no-such-package-of-ours"].words == "not installed"
    assert findings["no-such-package-of-ours"].mend == "pip install no-such-package-of-ours"


def test_a_full_disk_is_said(whole: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "MIN_FREE_BYTES", 10**18)
    findings = _findings(whole)
    _assert_only_bad(findings, "data")
    assert "GB free" in findings["data"].words


def test_a_home_that_does_not_exist_yet_is_measured_where_it_would_be(tmp_path: Path, whole: Settings) -> None:
    home = tmp_path / "not" / "yet"
    findings = _findings(replace(whole, home=home))
    assert findings["data"].well
    assert str(home) in findings["data"].words
    assert not home.exists()


def test_a_file_of_the_corpus_with_an_error_is_counted(whole: Settings) -> None:
    (whole.corpus / "questions" / "q004-bad.md").write_bytes(b"---\n\xff\n")
    findings = _findings(whole)
    _assert_only_bad(findings, "corpus")
    assert findings["corpus"].words.endswith("3 items, 1 files with errors")
    assert findings["corpus"].mend == "tutor lint"


def test_a_corpus_without_items_is_not_well(whole: Settings, tmp_path: Path) -> None:
    assert not _findings(replace(whole, corpus=tmp_path / "empty"))["corpus"].well


def test_imported_libraries_are_named_and_their_errors_said(whole: Settings) -> None:
    folder = whole.library / "my-notes"
    folder.mkdir(parents=True)
    head = "---\nid: my-notes-001\ntitle: Boosting\nsection: Notes\nkind: concept\nlevel: beginner\n"
    (folder / "my-notes-001.md").write_text(f"{head}topics: [imported]\n---\nBoosting adds trees.\n", encoding="utf-8")
    findings = _findings(whole)
    _assert_only_bad(findings)
    assert findings["library"].words == "1 imported items from my-notes"
    (folder / "my-notes-002.md").write_text("no front matter", encoding="utf-8")
    findings = _findings(whole)
    _assert_only_bad(findings, "library")
    assert str(whole.library) in findings["library"].mend


@pytest.mark.parametrize(("name", "part"), [("hashing", "embedding model"), ("chat", "chat model")])
def test_missing_or_cut_weights_are_fetched_by_one_command(whole: Settings, name: str, part: str) -> None:
    file = whole.weights / name / "model.bin"
    for content in (CONTENT[:-1], None):
        file.write_bytes(content) if content else file.unlink()
        findings = _findings(whole)
        _assert_only_bad(findings, part)
        assert "is not fetched" in findings[part].words
        assert findings[part].mend == "tutor fetch"


@pytest.mark.parametrize(("name", "part"), [("hashing", "embedding model"), ("chat", "chat model")])
def test_changed_weights_are_found_only_by_reading_them_whole(whole: Settings, name: str, part: str) -> None:
    (whole.weights / name / "model.bin").write_bytes(CONTENT[::-1])
    _assert_only_bad(_findings(whole))
    findings = _findings(whole, whole_hashes=True)
    _assert_only_bad(findings, part)
    assert "SHA-256" in findings[part].words
    assert findings[part].mend == "tutor fetch"


def test_a_setting_of_the_chat_model_that_cannot_be_is_a_finding(whole: Settings) -> None:
    findings = _findings(replace(whole, chat_model="gpt"))
    _assert_only_bad(findings, "chat model")
    assert "export TUTOR_MODEL=" in findings["chat model"].mend


def test_a_missing_index_names_its_command(whole: Settings) -> None:
    (whole.index / "CURRENT").unlink()
    findings = _findings(whole)
    _assert_only_bad(findings, "index")
    assert findings["index"].mend == "python ingest.py"


@pytest.mark.parametrize("damaged", ["manifest.json", "items.json", "words", "vectors"])
def test_a_damaged_index_names_its_command(whole: Settings, damaged: str) -> None:
    generation = current_generation(whole.index)
    assert generation
    path = whole.index / generation / damaged
    path.rename(path.with_name("elsewhere"))
    findings = _findings(whole)
    _assert_only_bad(findings, "index")
    assert damaged in findings["index"].words
    assert findings["index"].mend == "python ingest.py"


def test_an_index_of_another_embedder_is_not_well(whole: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "EMBEDDING_MODEL", _weights("other", "Other"))
    finding = _findings(whole)["index"]
    assert not finding.well
    assert "hashing" in finding.words


def test_an_index_older_than_the_corpus_says_by_how_many_items(whole: Settings) -> None:
    for path in sorted((whole.corpus / "questions").glob("*.md"))[:2]:
        path.write_text(path.read_text(encoding="utf-8") + "\nOne more sentence.\n", encoding="utf-8")
    findings = _findings(whole)
    _assert_only_bad(findings, "index")
    assert findings["index"].words.endswith("33 passages; 2 items of the corpus are newer")
    assert findings["index"].mend == "python ingest.py"


def test_a_busy_port_is_said_with_another_one(whole: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        findings = _findings(replace(whole, port=busy.getsockname()[1]))
    _assert_only_bad(findings, "address")
    assert "in use" in findings["address"].words
    assert findings["address"].mend == "TUTOR_PORT=7861 tutor serve"


def test_a_host_that_is_no_address_is_a_finding_and_no_crash(whole: Settings) -> None:
    findings = _findings(replace(whole, host="not a host"))
    _assert_only_bad(findings, "address")
    assert findings["address"].mend == "unset TUTOR_HOST"
