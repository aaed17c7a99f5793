"""Who may open the trainers' desk: a person at this machine, or one who knows the password that was set.

An ASGI application around the desk's own; what it refuses never reaches Gradio. Knows addresses, cookies and the hash
of a password; nothing of what the desk shows.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from tutor.web.models import is_local
from tutor.web.safe_markdown import escape

COOKIE = "tutor-desk"
SESSION_SECONDS = 8 * 3600.0
ATTEMPTS, WINDOW_SECONDS = 5, 900.0
"""Wrong passwords that one address may send, and in which time; ten times as many from all addresses together."""

_LONGEST_FORM = 4000
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
_HERE_ONLY = (
    "The trainers’ desk opens on the machine that runs the tutor only. To open it elsewhere, set a password there: "
    "TUTOR_DESK_PASSWORD=… tutor serve"
)


class Attempts:
    """Counts wrong passwords by address. ``clock`` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._wrong: defaultdict[str, deque[float]] = defaultdict(deque)

    def wait(self, address: str) -> float:
        """Seconds until this address may try again, 0 for now."""
        with self._lock:
            now = self._clock()
            return max(self._wait(self._wrong[address], ATTEMPTS, now), self._wait(self._wrong[""], 10 * ATTEMPTS, now))

    def failed(self, address: str) -> None:
        with self._lock:
            for name in (address, ""):
                self._wrong[name].append(self._clock())

    def _wait(self, wrong: deque[float], most: int, now: float) -> float:
        while wrong and wrong[0] <= now - WINDOW_SECONDS:
            wrong.popleft()
        return wrong[-most] + WINDOW_SECONDS - now if len(wrong) >= most else 0.0


class Access:
    """Lets requests through to ``desk`` or answers them itself. ``password_hash`` "" means this machine only.

    ``before_first`` is awaited once, before the first request that gets through.
    """

    def __init__(
        self,
        desk: ASGIApp,
        password_hash: str,
        before_first: Callable[[], Awaitable[None]],
        attempts: Attempts | None = None,
    ) -> None:
        self._desk, self._hash, self._before_first = desk, password_hash, before_first
        self._attempts = attempts or Attempts()
        self._sessions: dict[str, float] = {}
        self._started = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (answer := await self._answer(Request(scope, receive))):
            await answer(scope, receive, send)
            return
        if scope["type"] != "http":  # the desk needs no other kind
            return
        if not self._started:
            self._started = True
            await self._before_first()
        await self._desk(scope, receive, send)

    async def _answer(self, request: Request) -> Response | None:
        """What is said instead of the desk; None where the desk may be opened."""
        if _is_foreign(request):
            return HTMLResponse("This request came from another site.", 403)
        if not self._hash:
            return None if _is_here(request) else HTMLResponse(_page(_HERE_ONLY), 403)
        if self._is_known(request):
            return None
        if request.method == "POST" and request.url.path.rstrip("/").endswith("/login"):
            return await self._login(request)
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(_page("", form=_action(request)), 401)
        return HTMLResponse("Log in at the desk first.", 401)

    async def _login(self, request: Request) -> Response:
        address = request.client.host if request.client else ""
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > _LONGEST_FORM:
                return HTMLResponse(_page("That is no password."), 413)
        given = parse_qs(body.decode("utf-8", "replace")).get("password", [""])[0]
        # From here on nothing is awaited: requests that are held open meanwhile would all pass a limit asked earlier.
        if wait := self._attempts.wait(address):
            words = f"Too many wrong passwords. Try again in {wait / 60 + 1:.0f} minutes."
            return HTMLResponse(_page(words), 429, {"Retry-After": f"{wait + 1:.0f}"})
        if not _matches(self._hash, given):
            self._attempts.failed(address)
            return HTMLResponse(_page("This is not the password.", form=_action(request)), 401)
        now, token = time.monotonic(), secrets.token_urlsafe(32)
        self._sessions = {each: end for each, end in self._sessions.items() if end > now} | {
            token: now + SESSION_SECONDS
        }
        answer = RedirectResponse(f"{_root(request)}/", 303)
        secure = request.url.scheme == "https"
        answer.set_cookie(
            COOKIE, token, max_age=int(SESSION_SECONDS), path=_root(request), httponly=True, samesite="strict",
            secure=secure,
        )  # fmt: skip
        return answer

    def _is_known(self, request: Request) -> bool:
        return self._sessions.get(request.cookies.get(COOKIE, ""), 0.0) > time.monotonic()


def _is_here(request: Request) -> bool:
    """Whether the request comes from this machine itself: no proxy in between, and no name of another site's making."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    name = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    return is_local(request.client.host if request.client else None) and (name == "localhost" or is_local(name))


def _is_foreign(request: Request) -> bool:
    """Whether another site's page sent it: a browser names the page's origin with everything that changes something."""
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host", "")


def _matches(password_hash: str, given: str) -> bool:
    from argon2 import PasswordHasher
    from argon2.exceptions import Argon2Error, InvalidHashError

    try:
        return PasswordHasher().verify(password_hash, given)
    except (Argon2Error, InvalidHashError):
        return False


def _root(request: Request) -> str:
    root: Any = request.scope.get("root_path", "")
    return str(root).rstrip("/")


def _action(request: Request) -> str:
    return f"{_root(request)}/login"


def _page(words: str, form: str = "") -> str:
    fields = (
        f'<form method="post" action="{escape(form)}"><label>Password <input type="password" name="password" autofocus '
        'autocomplete="current-password"></label> <button>Open the desk</button></form>'
        if form
        else ""
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        "<title>The trainers’ desk</title><body style='font:16px system-ui;max-width:40rem;margin:4rem auto'>"
        f"<h1>The trainers’ desk</h1><p role='status'>{escape(words)}</p>{fields}</body></html>"
    )
