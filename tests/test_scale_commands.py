"""Commands that compute no vector never import what computes them: that alone takes seconds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SLOW = ["torch", "transformers", "sentence_transformers", "gradio", "sklearn", "xllamacpp"]

_CHILD = """
import json, sys
sys.argv = ["tutor", *{arguments!r}]
from tutor.__main__ import main
code = 0
try:
    main()
except SystemExit as ending:
    code = ending.code or 0
print(json.dumps([code, [name for name in {slow!r} if name in sys.modules]]))
"""


def _imported(arguments: list[str], home: Path) -> tuple[int, list[str]]:
    """The exit code of a command and which of ``SLOW`` it imported."""
    child = _CHILD.format(arguments=arguments, slow=SLOW)
    environment = {**os.environ, "TUTOR_HOME": str(home), "TUTOR_MODEL": "none", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", child], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    code, slow = json.loads(done.stdout.splitlines()[-1])
    return code, slow


@pytest.mark.parametrize("arguments", [["lint"], ["run", "q043", "--json"], ["--help"], ["ask"]], ids=str)
def test_a_command_without_vectors_imports_nothing_slow(arguments: list[str], tmp_path: Path) -> None:
    code, slow = _imported(arguments, tmp_path)
    assert code == (2 if arguments == ["ask"] else 0)
    assert slow == []


@pytest.mark.model
@pytest.mark.parametrize("arguments", [["doctor"], ["ingest", "--json"]], ids=str)
def test_with_everything_there_no_vector_is_computed(arguments: list[str], real_home: Path) -> None:
    code, slow = _imported(arguments, real_home)
    assert code == 0
    assert slow == []
