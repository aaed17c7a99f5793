"""The environment becomes one frozen record, or an error that names the variable."""

from __future__ import annotations

import ast
import inspect
import os
import re
from dataclasses import FrozenInstanceError
from pathlib import Path

import platformdirs
import pytest

from tutor import settings as module
from tutor.errors import SettingsError
from tutor.settings import Settings, default_corpus, keep_libraries_offline, read_settings

CHECKOUT = Path(__file__).resolve().parent.parent


def test_without_an_environment_the_defaults_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUTOR_HOME")

    assert read_settings() == Settings(
        home=platformdirs.user_data_path("ml-interview-tutor"),
        corpus=CHECKOUT / "corpus",
        chat_model="embedded",
        api_key="",
        chroma_url="",
        host="127.0.0.1",
        port=7860,
    )


def test_every_variable_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {
        "TUTOR_HOME": str(tmp_path / "home"),
        "TUTOR_CORPUS": str(tmp_path),
        "TUTOR_MODEL": "ollama:qwen3",
        "TUTOR_API_KEY": "secret",
        "TUTOR_CHROMA": "http://127.0.0.1:8000",
        "TUTOR_HOST": "0.0.0.0",
        "TUTOR_PORT": "8080",
    }.items():
        monkeypatch.setenv(name, value)

    assert read_settings() == Settings(
        home=tmp_path / "home",
        corpus=tmp_path,
        chat_model="ollama:qwen3",
        api_key="secret",
        chroma_url="http://127.0.0.1:8000",
        host="0.0.0.0",
        port=8080,
    )


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUTOR_HOME")
    defaults = read_settings()
    for name in ("HOME", "CORPUS", "MODEL", "API_KEY", "CHROMA", "HOST", "PORT"):
        monkeypatch.setenv(f"TUTOR_{name}", "")

    assert read_settings() == defaults


def test_the_table_of_variables_lists_every_one_that_is_read() -> None:
    source = inspect.getsource(module)
    constants = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
    read = {value for value in constants if isinstance(value, str) and re.fullmatch(r"TUTOR_[A-Z_]+", value)}

    assert read == set(re.findall(r"TUTOR_[A-Z_]+", (module.__doc__ or "")))
    assert len(read) == 9


def test_folders_are_absolute_and_a_tilde_is_the_home_of_the_person(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "items").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "person"))
    monkeypatch.setenv("TUTOR_CORPUS", "items")
    monkeypatch.setenv("TUTOR_HOME", "~/data")

    settings = read_settings()

    assert settings.corpus == tmp_path / "items"
    assert settings.home == tmp_path / "person" / "data"


def test_index_weights_and_library_lie_in_the_home() -> None:
    settings = Settings(home=Path("/data"), corpus=Path("/corpus"))

    assert (settings.index, settings.weights, settings.library) == (
        Path("/data/index"),
        Path("/data/weights"),
        Path("/data/library"),
    )


def test_a_corpus_folder_that_does_not_exist_is_an_error_that_names_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TUTOR_CORPUS", str(tmp_path / "nowhere"))

    with pytest.raises(SettingsError, match=re.escape(str(tmp_path / "nowhere"))) as caught:
        read_settings()
    assert "TUTOR_CORPUS" in caught.value.mend


@pytest.mark.parametrize("variable", ["TUTOR_HOME", "TUTOR_CORPUS"])
def test_the_home_of_an_unknown_person_is_an_error_that_names_the_variable(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "~nobody-of-this-name/data")

    with pytest.raises(SettingsError, match=variable):
        read_settings()


@pytest.mark.parametrize(("text", "port"), [("1", 1), ("65535", 65535), ("08080", 8080)])
def test_a_port_is_a_number_from_1_to_65535(text: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTOR_PORT", text)

    assert read_settings().port == port


@pytest.mark.parametrize("text", ["0", "65536", "-1", "+80", "80.0", "http", " 80", "1_000", "²"])
def test_any_other_port_is_an_error_that_shows_it(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTOR_PORT", text)

    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert caught.value.found == f"TUTOR_PORT is {text!r}"


def test_the_key_stays_out_of_logs() -> None:
    settings = Settings(home=Path("/data"), corpus=Path("/corpus"), api_key="secret-key")

    assert "secret-key" not in repr(settings)
    assert "secret-key" not in f"{settings}"


def test_settings_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings(home=Path("/data"), corpus=Path("/corpus")).port = 1  # type: ignore[misc]


def test_the_corpus_of_the_wheel_goes_before_the_checkouts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "tutor"
    package.mkdir()
    monkeypatch.setattr(module, "__file__", str(package / "settings.py"))
    assert default_corpus() == tmp_path / "corpus"

    (package / "_corpus").mkdir()
    assert default_corpus() == package / "_corpus"


def test_libraries_are_told_to_send_and_fetch_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    silence = {
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "GRADIO_ANALYTICS_ENABLED": "False",
        "ANONYMIZED_TELEMETRY": "False",
        "LANGSMITH_TRACING": "false",
    }
    for name in silence:
        monkeypatch.setenv(name, "what the person had")

    keep_libraries_offline()

    assert {name: os.environ[name] for name in silence} == silence
