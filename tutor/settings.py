"""The only reader of the environment. Turns it into one frozen record; knows nothing of what the values are used for.

| variable | meaning | default |
|---|---|---|
| TUTOR_HOME | folder for the index, weights, imported libraries and conversations | the platform's user-data folder |
| TUTOR_CORPUS | folder with the corpus | the checkout's, or the one inside the wheel |
| TUTOR_MODEL | ``embedded``, ``none``, ``openai:<model>@<base-url>``, ``ollama:<model>[@<base-url>]`` | ``embedded`` |
| TUTOR_API_KEY | key for an ``openai:`` model | none |
| TUTOR_CACHE_MIB | disk space for passages that the embedded chat model has read, 0 for none | 2048 |
| TUTOR_CHROMA | URL of a Chroma server | an embedded Chroma |
| TUTOR_HOST, TUTOR_PORT | where the page listens | 127.0.0.1, 7860 |
| TUTOR_DESK_PASSWORD | who knows it opens the trainers' desk elsewhere; or its argon2 hash | this machine only |
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from tutor.errors import SettingsError

APPLICATION = "ml-interview-tutor"
FEWEST_PASSWORD_CHARS = 10


@dataclass(frozen=True)
class Settings:
    """Everything that can be set from outside. Secrets are kept out of ``repr`` so that no log shows them; of the
    desk's password only its argon2 hash is kept, "" where none is set."""

    home: Path
    corpus: Path
    chat_model: str = "embedded"
    api_key: str = field(default="", repr=False)
    chroma_url: str = ""
    cache_mib: int = 2048
    host: str = "127.0.0.1"
    port: int = 7860
    desk_password_hash: str = field(default="", repr=False)

    @property
    def weights(self) -> Path:
        return self.home / "weights"

    @property
    def index(self) -> Path:
        return self.home / "index"

    @property
    def calibration(self) -> Path:
        """The calibration for this person's corpus and models, where one was made."""
        return self.home / "calibration.json"

    @property
    def database(self) -> Path:
        """Conversations and what else is kept of people."""
        return self.home / "tutor.db"

    @property
    def prompt_cache(self) -> Path:
        """What the embedded chat model has read."""
        return self.home / "prompt-cache"

    @property
    def library(self) -> Path:
        return self.home / "library"


def default_corpus() -> Path:
    """The corpus that came with the wheel, else the checkout's."""
    package = Path(__file__).resolve().parent
    bundled = package / "_corpus"
    return bundled if bundled.is_dir() else package.parent / "corpus"


def read_settings() -> Settings:
    """Reads the environment. Raises SettingsError where a value cannot be used."""
    corpus = _folder("TUTOR_CORPUS", default_corpus())
    if not corpus.is_dir():
        raise SettingsError(
            f"The corpus folder {corpus} does not exist",
            "a folder with questions/, coding/, mcq/, guide/ and faq/",
            "set TUTOR_CORPUS to the folder, or unset it to use the corpus that comes with the tutor",
        )
    return Settings(
        home=_folder("TUTOR_HOME", platformdirs.user_data_path(APPLICATION)),
        corpus=corpus,
        chat_model=os.environ.get("TUTOR_MODEL") or "embedded",
        api_key=os.environ.get("TUTOR_API_KEY", ""),
        chroma_url=os.environ.get("TUTOR_CHROMA", ""),
        cache_mib=_mebibytes(os.environ.get("TUTOR_CACHE_MIB") or "2048"),
        host=os.environ.get("TUTOR_HOST") or "127.0.0.1",
        port=_port(os.environ.get("TUTOR_PORT") or "7860"),
        desk_password_hash=_password_hash(os.environ.get("TUTOR_DESK_PASSWORD", "")),
    )


def _folder(variable: str, default: Path) -> Path:
    given = Path(os.environ.get(variable) or default)
    try:
        return given.expanduser().absolute()
    except RuntimeError as error:  # ~name of nobody
        raise SettingsError(
            f"{variable} is {str(given)!r}", "a folder", f"export {variable}=/path/to/folder"
        ) from error


def _mebibytes(text: str) -> int:
    if text.isdecimal() and len(text) <= 6:
        return int(text)
    raise SettingsError(f"TUTOR_CACHE_MIB is {text!r}", "a number of MiB, 0 for none", "export TUTOR_CACHE_MIB=2048")


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise SettingsError(f"TUTOR_PORT is {text!r}", "a number from 1 to 65535", "export TUTOR_PORT=7860")


def _password_hash(password: str) -> str:
    """An argon2 hash stays one; anything else is hashed, where it is long enough to withstand guessing."""
    if not password:
        return ""
    if password.startswith("$argon2"):
        return password
    if len(password) < FEWEST_PASSWORD_CHARS:
        raise SettingsError(
            f"TUTOR_DESK_PASSWORD has {len(password)} characters", f"at least {FEWEST_PASSWORD_CHARS}", "choose another"
        )
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def keep_libraries_offline() -> None:
    """Tells the libraries to send nothing and fetch nothing by themselves. Call before importing any of them."""
    os.environ.update(
        HF_HUB_OFFLINE="1",
        TRANSFORMERS_OFFLINE="1",
        HF_HUB_DISABLE_TELEMETRY="1",
        GRADIO_ANALYTICS_ENABLED="False",
        ANONYMIZED_TELEMETRY="False",
        TOKENIZERS_PARALLELISM="false",
        LANGSMITH_TRACING="false",
    )
