"""The settings panel: how a choice is spelled, what the page says answers now, and who may choose."""

from __future__ import annotations

import socket
from dataclasses import replace
from types import SimpleNamespace

import pytest
from web_fakes import FakeService

from tutor.errors import PortInUseError, SettingsError
from tutor.records import ChatModelChoice, Status
from tutor.web.models import choice, is_local, name, says, way
from tutor.web.server import launch, launch_options, start

READY = Status("83 items are indexed.", "Embedding model: e.", "Chat model: Qwen, embedded.", True, True, True)


def test_each_way_has_the_spelling_of_the_setting() -> None:
    assert choice("embedded", "", "", "") == ChatModelChoice("embedded")
    assert choice("none", "http://x", "m", "k") == ChatModelChoice("none")
    assert choice("ollama", "", " qwen3:4b ", "") == ChatModelChoice("ollama:qwen3:4b")
    assert choice("url", "http://127.0.0.1:8000/v1/", "m", "k") == ChatModelChoice(
        "openai:m@http://127.0.0.1:8000/v1", "k"
    )
    assert [way(spec) for spec in ("embedded", "none", "openai:m@http://x", "ollama:m")] == [
        "embedded",
        "none",
        "url",
        "ollama",
    ]


@pytest.mark.parametrize(
    ("url", "model"), [("", "m"), ("ftp://x", "m"), ("http://a b", "m"), ("http://x", ""), ("http://x", "a@b")]
)
def test_what_is_missing_is_said(url: str, model: str) -> None:
    with pytest.raises(SettingsError, match="No usable"):
        choice("url", url, model, "")


def test_the_key_is_in_no_text_about_the_choice() -> None:
    chosen = choice("url", "http://x", "m", "sk-secret")
    assert "sk-secret" not in name(chosen) + repr(chosen) + says(READY, "embedded", chosen)[0]


def test_a_ready_tutor_names_its_model() -> None:
    assert says(READY, "embedded", None) == ("Chat model: Qwen, embedded.", True)


def test_while_the_model_loads_the_page_says_whose_words_the_answers_are() -> None:
    loading = replace(READY, model="The chat model is loading.", generating=False)
    words, ready = says(loading, "embedded", None)
    assert words == "The chat model is loading. Answers are the corpus’s own words until then."
    assert not ready


def test_without_a_model_nothing_is_waited_for() -> None:
    words, ready = says(replace(READY, generating=False, model="Chat model: none."), "none", None)
    assert words == "No chat model: answers are the corpus’s own words."
    assert ready


def test_a_missing_index_is_said_first() -> None:
    words, ready = says(replace(READY, index="The search index is being built.", index_ready=False), "embedded", None)
    assert words.startswith("The search index is being built.")
    assert not ready


def test_this_sessions_choice_is_named() -> None:
    words, _ = says(READY, "embedded", ChatModelChoice("openai:m@http://x"))
    assert words == "m at http://x (your choice for this session)."


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_this_machine(host: str) -> None:
    assert is_local(host)


@pytest.mark.parametrize(
    "host", ["192.168.1.4", "10.0.0.1", "8.8.8.8", "fe80::1%eth0", "::ffff:10.0.0.1", "", None, "localhost.evil"]
)
def test_every_other_address_is_not(host: str | None) -> None:
    assert not is_local(host)


def test_a_busy_port_is_an_error_that_names_it_and_the_mend() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        service = FakeService()
        service.settings = replace(service.settings, port=port)
        with pytest.raises(PortInUseError, match=rf"Port {port} .*TUTOR_PORT={port + 1} tutor serve"):
            start(service)


def test_an_address_of_another_machine_is_said_to_be_one() -> None:
    service = FakeService()
    service.settings = replace(service.settings, host="192.0.2.7")
    with pytest.raises(PortInUseError, match=r"192\.0\.2\.7 is no address of this machine"):
        start(service)


def test_launching_says_where_the_page_is_and_then_starts_the_tutor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    service = FakeService()
    service.settings = replace(service.settings, port=port)
    waiting = SimpleNamespace(Event=lambda: SimpleNamespace(wait=interrupted))
    monkeypatch.setattr("tutor.web.server.threading", waiting)
    launch(service)
    assert capsys.readouterr().out == f"The tutor is at http://127.0.0.1:{port}\n"
    assert service.started


def test_nothing_is_shared_or_sent() -> None:
    options = launch_options("127.0.0.1")
    assert options["share"] is False
    assert options["show_error"] is False
    assert options["footer_links"] == []
