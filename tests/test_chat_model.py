"""A chat model is chosen by one line of text, and a model that does not answer is a clear error without its key."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tutor.chat_model import ANSWER_TOKENS, OLLAMA_URL, ModelSpec, check, connect, model_title, parse_spec
from tutor.errors import ChatModelError, SettingsError
from tutor.pinned_weights import CHAT_MODEL
from tutor.records import ChatModelChoice

KEY = "sk-very-secret-0123456789"


# --- the setting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("embedded", ModelSpec("embedded")),
        (" none\n", ModelSpec("none")),
        ("ollama:llama3.2:3b", ModelSpec("remote", "llama3.2:3b", OLLAMA_URL)),
        ("ollama:qwen3@http://box:11434/v1", ModelSpec("remote", "qwen3", "http://box:11434/v1")),
        ("openai:gpt-5@https://api.openai.com/v1/", ModelSpec("remote", "gpt-5", "https://api.openai.com/v1")),
        ("openai:org/model-7b@http://[::1]:8000/v1", ModelSpec("remote", "org/model-7b", "http://[::1]:8000/v1")),
    ],
)
def test_a_setting_names_the_kind_the_model_and_the_address(spec: str, expected: ModelSpec) -> None:
    assert parse_spec(spec) == expected


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "gpt-5",
        "Embedded",
        "openai:gpt-5",
        "openai:@https://api.openai.com/v1",
        "openai:gpt-5@api.openai.com/v1",
        "openai:gpt-5@ftp://host/v1",
        "openai:gpt 5@http://host/v1",
        "openai:gpt-5@http://host/v1 --verbose",
        "ollama:",
        "anthropic:claude@https://host/v1",
        "openai:a@http://host/v1\nopenai:b@http://host/v1",
    ],
)
def test_a_setting_that_cannot_be_is_an_error_with_an_example(spec: str) -> None:
    with pytest.raises(SettingsError, match=r"embedded, none.*export TUTOR_MODEL=openai:"):
        parse_spec(spec)


@given(st.text(max_size=200))
@example("x" * 100_000)
def test_any_text_is_a_model_or_a_settings_error_of_one_short_line(spec: str) -> None:
    outcome: ModelSpec | str
    try:
        outcome = parse_spec(spec)
    except SettingsError as error:
        outcome = error.found
    if isinstance(outcome, str):
        assert len(outcome) < 500
        assert "\n" not in outcome
    else:
        assert outcome.kind != "remote" or (outcome.model and outcome.url.startswith("http"))


@pytest.mark.parametrize(
    ("spec", "title"),
    [("embedded", CHAT_MODEL.title), ("none", "none"), ("ollama:llama3.2", "llama3.2"), ("openai:m@http://h/v1", "m")],
)
def test_a_person_reads_the_name_of_the_model(spec: str, title: str) -> None:
    assert model_title(spec) == title


# --- a server that speaks the protocol --------------------------------------------------------------------------------


@dataclass
class Server:
    """What the next request is answered with, and what was asked."""

    url: str = ""
    status: int = 200
    content: str = "ready"
    message: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def reply(self) -> dict[str, Any]:
        if self.status != 200:
            return {"error": {"message": self.message, "type": "error"}}
        message = {"role": "assistant", "content": self.content}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]}


@pytest.fixture
def server() -> Iterator[Server]:
    """A tiny OpenAI-compatible server on loopback."""
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/chat/completions"
            state.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            state.keys.append(self.headers["Authorization"])
            body = json.dumps(state.reply()).encode()
            self.send_response(state.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        state.url = f"http://127.0.0.1:{http.server_port}/v1"
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        yield state
        http.shutdown()
        thread.join()


def _choice(server: Server) -> ChatModelChoice:
    return ChatModelChoice(f"openai:my-model@{server.url}", KEY)


def test_a_model_that_answers_is_said_to_answer(server: Server) -> None:
    assert check(connect(server.url, "my-model", KEY), _choice(server)) == "openai:my-model answers."


def test_the_request_is_short_and_carries_model_and_key(server: Server) -> None:
    check(connect(server.url, "my-model", KEY), _choice(server))
    (request,) = server.requests
    assert (request["model"], request["temperature"]) == ("my-model", 0)
    assert 5 in (request.get("max_tokens"), request.get("max_completion_tokens"))
    assert server.keys == [f"Bearer {KEY}"]


def test_an_answer_has_a_bounded_length(server: Server) -> None:
    connect(server.url, "my-model", "").invoke("What is PCA?")
    (request,) = server.requests
    assert ANSWER_TOKENS in (request.get("max_tokens"), request.get("max_completion_tokens"))
    assert server.keys == ["Bearer none"]


def test_a_model_that_answers_with_nothing_is_said_so(server: Server) -> None:
    server.content = " \n"
    assert check(connect(server.url, "my-model", KEY), _choice(server)) == "The model answers with nothing."


@pytest.mark.parametrize("status", [401, 404, 429, 500, 503])
def test_a_refused_request_is_an_error_asked_once_with_its_mend(server: Server, status: int) -> None:
    server.status, server.message = status, "no such thing"
    with pytest.raises(ChatModelError, match=f"openai:my-model does not answer .*{status}.*check the address"):
        check(connect(server.url, "my-model", KEY), _choice(server))
    assert len(server.requests) == 1


@pytest.mark.parametrize("lead", [0, 60, 80, 90, 100, 110, 120, 130, 200])
def test_the_key_never_appears_in_the_error_not_even_in_part(server: Server, lead: int) -> None:
    server.status, server.message = 401, f"{'x' * lead} incorrect key: {KEY}"
    with pytest.raises(ChatModelError) as caught:
        check(connect(server.url, "my-model", KEY), _choice(server))
    assert KEY[:8] not in str(caught.value)
    assert KEY not in repr(_choice(server))


def test_an_answer_that_is_no_json_of_the_protocol_is_an_error(server: Server) -> None:
    server.reply = lambda: {"hello": "world"}  # type: ignore[method-assign]
    with pytest.raises(ChatModelError, match="does not answer"):
        check(connect(server.url, "my-model", KEY), _choice(server))


def test_a_closed_port_is_an_error_that_names_the_model_and_not_the_key() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}/v1"
        with pytest.raises(ChatModelError, match="openai:my-model does not answer") as caught:
            check(connect(url, "my-model", KEY), ChatModelChoice(f"openai:my-model@{url}", KEY))
    assert KEY not in str(caught.value)


def test_an_address_outside_is_not_reached_by_making_the_client() -> None:
    assert connect("http://192.0.2.1/v1", "my-model", KEY)
