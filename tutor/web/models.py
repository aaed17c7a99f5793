"""The settings panel's own logic: from the form to a choice of model, and who may make one.

Knows the spelling of a model setting; nothing of how a model is reached, and nothing of gradio.
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from tutor.errors import SettingsError
from tutor.records import ChatModelChoice, Status

EMBEDDED, URL, OLLAMA, NONE = "embedded", "url", "ollama", "none"
WAYS = [
    ("The embedded model, on this machine", EMBEDDED),
    ("An OpenAI-compatible URL", URL),
    ("Ollama on this machine", OLLAMA),
    ("No model: the corpus’s own words only", NONE),
]
LOCAL_ONLY = (
    "Only a person at the machine that runs the tutor can change the model: a change makes that machine call an "
    "address of your choice. You can read here what answers now."
)


def choice(way: str, url: str, model: str, key: str) -> ChatModelChoice:
    """What the form asks for. Raises SettingsError where something is missing."""
    model, url, key = model.strip(), url.strip().rstrip("/"), key.strip()
    if way in (EMBEDDED, NONE):
        return ChatModelChoice(way)
    if not model or any(letter.isspace() or letter == "@" for letter in model):
        raise SettingsError("No usable model name was given", "the model’s name as its server spells it")
    if way == OLLAMA:
        return ChatModelChoice(f"ollama:{model}")
    if not url.startswith(("http://", "https://")) or any(letter.isspace() for letter in url):
        raise SettingsError("No usable base URL was given", "an address such as http://127.0.0.1:8000/v1")
    return ChatModelChoice(f"openai:{model}@{url}", key)


def way(spec: str) -> str:
    """Which way of answering a setting is."""
    return {"openai": URL, "ollama": OLLAMA, "none": NONE}.get(spec.partition(":")[0], EMBEDDED)


def name(chosen: ChatModelChoice) -> str:
    """A chosen model in words."""
    kind, _, rest = chosen.spec.partition(":")
    if kind == "none":
        return "No chat model: answers are the corpus’s own words"
    if kind == "embedded":
        return "The embedded chat model"
    model, _, url = rest.partition("@")
    return f"{model} at {url}" if url else f"{model} on Ollama"


def says(status: Status, configured: str, chosen: ChatModelChoice | None) -> tuple[str, bool]:
    """One line on who answers now, and whether everything this session waits for is ready."""
    waiting = [] if status.index_ready else [status.index]
    if status.index_ready and not status.embedder_ready:
        waiting.append(f"{status.embedder} Until then only words are compared.")
    if chosen and chosen.spec != EMBEDDED:
        line = f"{name(chosen)} (your choice for this session)."
        return " ".join([*waiting, line]), not waiting
    if status.generating:
        return " ".join([*waiting, status.model]), not waiting
    if configured == NONE and not chosen:
        return " ".join([*waiting, "No chat model: answers are the corpus’s own words."]), not waiting
    return " ".join([*waiting, f"{status.model} Answers are the corpus’s own words until then."]), False


def can_generate(status: Status, chosen: ChatModelChoice | None) -> bool:
    """Whether a chat model can write for this session now."""
    if chosen and chosen.spec != EMBEDDED:
        return chosen.spec != NONE
    return status.generating


def is_local(host: str | None) -> bool:
    """Whether a client's address is this machine's loopback."""
    try:
        address = ip_address((host or "").split("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_loopback
