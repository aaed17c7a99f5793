"""Who gets to the trainers' desk: this machine, or the password; attempts are limited, other sites are refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from tutor.errors import SettingsError
from tutor.settings import read_settings
from tutor.web.desk_access import ATTEMPTS, WINDOW_SECONDS, Access, Attempts

HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("right password")
HTML = {"accept": "text/html"}


async def desk(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("the desk")(scope, receive, send)


async def nothing() -> None:
    return None


def asked(
    access: Access,
    steps: Callable[[httpx.AsyncClient], Awaitable[httpx.Response]],
    client: str = "127.0.0.1",
    host: str = "localhost:7860",
) -> httpx.Response:
    async def run() -> httpx.Response:
        transport = httpx.ASGITransport(access, client=(client, 5000))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as browser:
            return await steps(browser)

    return asyncio.run(run())


def get(access: Access, client: str = "127.0.0.1", host: str = "localhost:7860", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return asked(access, lambda browser: browser.get("/desk/", headers=HTML | named), client, host)


@pytest.fixture
def here_only() -> Access:
    return Access(desk, "", nothing)


@pytest.mark.parametrize(("client", "host"), [("127.0.0.1", "localhost:7860"), ("::1", "[::1]:7860")])
def test_without_a_password_the_desk_opens_on_this_machine(here_only: Access, client: str, host: str) -> None:
    assert get(here_only, client, host).text == "the desk"


@pytest.mark.parametrize(
    ("client", "host", "headers"),
    [
        ("192.168.0.7", "192.168.0.2:7860", {}),
        ("127.0.0.1", "evil.example:7860", {}),
        ("127.0.0.1", "localhost:7860", {"x_forwarded_for": "127.0.0.1"}),
        ("127.0.0.1", "localhost:7860", {"forwarded": "for=127.0.0.1"}),
    ],
)
def test_without_a_password_nobody_else_opens_it(
    here_only: Access, client: str, host: str, headers: dict[str, str]
) -> None:
    answer = get(here_only, client, host, **headers)
    assert answer.status_code == 403
    assert "the desk" not in answer.text.replace("the desk’s", "")
    assert "TUTOR_DESK_PASSWORD" in answer.text


def test_a_page_of_another_site_is_refused_even_on_this_machine(here_only: Access) -> None:
    assert get(here_only, origin="http://evil.example").status_code == 403
    assert get(here_only, origin="http://localhost:7860").text == "the desk"


def test_with_a_password_this_machine_needs_it_too() -> None:
    answer = get(Access(desk, HASH, nothing))
    assert answer.status_code == 401
    assert 'type="password"' in answer.text


def test_the_right_password_opens_the_desk_for_that_browser_only() -> None:
    access = Access(desk, HASH, nothing)

    async def log_in(browser: httpx.AsyncClient) -> httpx.Response:
        answer = await browser.post("/desk/login", data={"password": "right password"})
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        return await browser.get("/desk/", headers={"cookie": cookie.split(";")[0]})

    assert asked(access, log_in, "192.168.0.7").text == "the desk"
    assert get(access, "192.168.0.7").status_code == 401
    assert get(access, "192.168.0.7", cookie="tutor-desk=made-up").status_code == 401


def test_wrong_passwords_are_limited_and_the_right_one_has_to_wait_too() -> None:
    now = [0.0]
    access = Access(desk, HASH, nothing, Attempts(lambda: now[0]))

    def post(password: str, client: str = "192.168.0.7") -> httpx.Response:
        return asked(access, lambda browser: browser.post("/desk/login", data={"password": password}), client)

    assert [post("wrong").status_code for _ in range(ATTEMPTS + 1)] == [401] * ATTEMPTS + [429]
    refused = post("right password")
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 60
    assert post("right password", "192.168.0.8").status_code == 303
    now[0] += WINDOW_SECONDS + 1
    assert post("right password").status_code == 303


def test_requests_that_are_held_open_together_are_limited_as_those_one_after_another() -> None:
    access = Access(desk, HASH, nothing)
    begun, opened = 2 * ATTEMPTS, asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        nonlocal begun
        begun -= 1
        if not begun:
            opened.set()
        await opened.wait()
        yield b"password=wrong"

    async def run() -> list[int]:
        transport = httpx.ASGITransport(access, client=("192.168.0.7", 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:7860") as browser:
            posts = [browser.post("/desk/login", content=slowly()) for _ in range(2 * ATTEMPTS)]
            return [answer.status_code for answer in await asyncio.gather(*posts)]

    assert sorted(asyncio.run(run())) == [401] * ATTEMPTS + [429] * ATTEMPTS


def test_many_addresses_together_are_limited_too() -> None:
    attempts = Attempts(lambda: 0.0)
    for number in range(10 * ATTEMPTS):
        attempts.failed(f"10.0.0.{number}")
    assert attempts.wait("10.9.9.9") > 0


def test_a_login_of_endless_size_is_cut_off() -> None:
    access = Access(desk, HASH, nothing)
    answer = asked(access, lambda browser: browser.post("/desk/login", content=b"password=" + b"x" * 100_000))
    assert answer.status_code == 413


def test_the_settings_keep_a_hash_of_the_password_and_never_show_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTOR_DESK_PASSWORD", "right password")
    settings = read_settings()
    assert settings.desk_password_hash.startswith("$argon2id$")
    assert "right password" not in str(vars(settings))
    assert "argon2" not in repr(settings)
    monkeypatch.setenv("TUTOR_DESK_PASSWORD", HASH)
    assert read_settings().desk_password_hash == HASH


def test_there_is_no_default_password_and_a_short_one_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert read_settings().desk_password_hash == ""
    monkeypatch.setenv("TUTOR_DESK_PASSWORD", "short")
    with pytest.raises(SettingsError, match="has 5 characters"):
        read_settings()
