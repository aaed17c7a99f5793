"""The command line: its commands in the order of ``tutor --help``, and how each of them ends.

An error is a sentence on standard error and exit code 1; wrong use is exit code 2.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

from tutor.commands.answering import ask, serve
from tutor.commands.measuring import calibrate, evaluate
from tutor.commands.practice import attempt, grade, interview, quiz, run
from tutor.commands.upkeep import doctor, fetch, ingest, lint
from tutor.errors import TutorError
from tutor.settings import keep_libraries_offline

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

COMMANDS: dict[str, Callable[..., None]] = {
    "serve": serve,
    "fetch": fetch,
    "ingest": ingest,
    "ask": ask,
    "lint": lint,
    "run": run,
    "attempt": attempt,
    "grade": grade,
    "eval": evaluate,
    "calibrate": calibrate,
    "interview": interview,
    "quiz": quiz,
    "doctor": doctor,
}
for name, command in COMMANDS.items():
    app.command(name)(command)


def main() -> None:
    """The console script ``tutor``."""
    keep_libraries_offline()
    try:
        app()
    except TutorError as error:
        print(f"tutor: {error}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        print(f"tutor: {error.filename or 'A file or an address'}: {error.strerror or error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
