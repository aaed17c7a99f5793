"""Serves the page until it is interrupted. Knows addresses and Gradio's launch; nothing of what the page shows."""

from __future__ import annotations

import errno
import logging
import socket
import threading
from typing import Any

import gradio as gr
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from tutor.errors import PortInUseError
from tutor.web.chat import Service
from tutor.web.desk_page import mount_desk
from tutor.web.page import FOLDER, build_page
from tutor.web.theme import theme

_LOG = logging.getLogger(__name__)
LOOPBACK_NAMES = ("127.0.0.1", "localhost")


def launch(service: Service) -> None:
    """Serves the page at the settings' address; returns after Ctrl-C. Raises PortInUseError.

    The service is started once the page is up: its slow imports would keep the page waiting.
    """
    page, url = start(service)
    print(f"The tutor is at {url}", flush=True)
    _LOG.info("The page is up.")
    service.start()
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        service.close()
        page.close(verbose=False)


def start(service: Service) -> tuple[gr.Blocks, str]:
    """Starts serving on a thread. Returns the page, to be closed, and its address. Raises PortInUseError."""
    host, port = service.settings.host, service.settings.port
    _claim(host, port)
    page = build_page(service)
    try:
        page.launch(server_name=host, server_port=port, prevent_thread_lock=True, **launch_options(host))
    except OSError as error:
        raise _refused(host, port, error) from error
    mount_desk(page.app, service, launch_options(host))
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else f"[{host}]" if ":" in host else host
    return page, f"http://{shown}:{port}"


def launch_options(host: str) -> dict[str, Any]:
    """How Gradio serves the page: our looks, nothing shared, nothing sent, no page of Gradio's own.

    On a loopback address only loopback names are answered to, so that no other site can reach the tutor under a name
    of its own that it points here (DNS rebinding).
    """
    only_here = Middleware(TrustedHostMiddleware, allowed_hosts=list(LOOPBACK_NAMES), www_redirect=False)
    return {
        "app_kwargs": {"middleware": [only_here]} if host in LOOPBACK_NAMES else {},
        "theme": theme(),
        "css_paths": [FOLDER / "style.css", FOLDER / "lab.css", FOLDER / "practice.css", FOLDER / "text_diff.css"],
        "favicon_path": FOLDER / "favicon.svg",
        "footer_links": [],
        "share": False,
        "inbrowser": False,
        "inline": False,
        "quiet": True,
        "show_error": False,
        "ssr_mode": False,
        "mcp_server": False,
        "pwa": False,
        "run_history": False,
        "enable_monitoring": False,
    }


def _claim(host: str, port: int) -> None:
    """Finds out early, and in our own words, whether the address is free."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise _refused(host, port, error) from error


def _refused(host: str, port: int, error: OSError) -> PortInUseError:
    if error.errno == errno.EADDRNOTAVAIL:
        found, mend = f"{host} is no address of this machine", f"TUTOR_HOST=127.0.0.1 TUTOR_PORT={port} tutor serve"
    else:
        why = "needs the rights of root" if error.errno == errno.EACCES else "is taken: something else listens there"
        free = port + 1 if 1024 <= port < 65535 else 7861
        found, mend = f"Port {port} on {host} {why}", f"TUTOR_PORT={free} tutor serve"
    return PortInUseError(found, "an address that is free to listen on", mend)
