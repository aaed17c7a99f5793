"""Who may import what. The rules are those of the design; each rule is also shown an offender that it must catch."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted([*(ROOT / "tutor").rglob("*.py"), ROOT / "ingest.py"])
SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in FILES if "_corpus" not in path.parts
}


@cache
def imports(source: str, file: str) -> tuple[str, ...]:
    """Every module that ``source`` imports, at its top or within a function: ``a.b`` for ``from a import b`` too."""
    return tuple(_imports(source, file))


def _imports(source: str, file: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = Path(file).parts[: -node.level] if node.level else ()
            start = ".".join([*package, *filter(None, [node.module])])
            yield from (f"{start}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("importlib.import_module", "__import__"):
            yield from (str(each.value) for each in node.args[:1] if isinstance(each, ast.Constant))


def is_within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


@dataclass(frozen=True)
class Rule:
    """Only files that start with one of ``allowed`` may import ``module``, but for its parts in ``besides``."""

    module: str
    allowed: tuple[str, ...]
    besides: tuple[str, ...] = ()

    def broken_by(self, source: str, file: str) -> bool:
        if file.startswith(self.allowed):
            return False
        return any(
            is_within(name, self.module) and not any(is_within(name, part) for part in self.besides)
            for name in imports(source, file)
        )


RULES = (
    Rule("gradio", ("tutor/web/",)),
    Rule("chromadb", ("tutor/vector_store.py",)),
    Rule("langchain_chroma", ("tutor/vector_store.py",)),
    Rule("bm25s", ("tutor/lexical.py",), besides=("bm25s.stopwords",)),
    Rule("sqlalchemy", ("tutor/store/",)),
    Rule("alembic", ("tutor/store/",)),
    Rule("sklearn", ("tutor/calibration/",)),
    Rule("scipy", ("tutor/calibration/fitting.py", "tutor/evaluation/")),
    Rule("tutor.calibration.fitting", ("tutor/calibration/",)),
    Rule("tutor.calibration.sample", ("tutor/calibration/",)),
    Rule("tutor.calibration.calibrate", ("tutor/commands/measuring.py",)),
    Rule("tutor.web", ("tutor/web/", "tutor/commands/answering.py")),
    Rule("tutor.commands", ("tutor/commands/", "tutor/__main__.py")),
    Rule("tutor.__main__", ("ingest.py",)),
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.module)
def test_only_its_own_place_imports_a_module(rule: Rule) -> None:
    assert [file for file, source in SOURCES.items() if rule.broken_by(source, file)] == []


@pytest.mark.parametrize(
    ("source", "file", "broken"),
    [
        ("import gradio as gr", "tutor/chat.py", ["gradio"]),
        ("import gradio as gr", "tutor/web/chat.py", []),
        ("import gradio_client", "tutor/chat.py", []),
        ("def f():\n    from gradio.themes import Base", "tutor/chat.py", ["gradio"]),
        ("import importlib\nimportlib.import_module('gradio')", "tutor/chat.py", ["gradio"]),
        ("from chromadb.config import Settings", "tutor/ingestion.py", ["chromadb"]),
        ("import chromadb", "tutor/index.py", ["chromadb"]),
        ("if TYPE_CHECKING:\n    import chromadb", "tutor/ingestion.py", ["chromadb"]),
        ("import bm25s", "tutor/acts.py", ["bm25s"]),
        ("from bm25s import stopwords", "tutor/acts.py", []),
        ("from bm25s import BM25, stopwords", "tutor/acts.py", ["bm25s"]),
        ("from tutor import web", "tutor/assembly.py", ["tutor.web"]),
        ("from . import web", "tutor/assembly.py", ["tutor.web"]),
        ("from .web.page import build_page", "tutor/assembly.py", ["tutor.web"]),
        ("from tutor.web import launch", "tutor/commands/answering.py", []),
        ("from tutor.web import launch", "tutor/commands/upkeep.py", ["tutor.web"]),
        ("from tutor.web import launch", "tutor/__main__.py", ["tutor.web"]),
        ("from tutor.commands.progress import bar", "tutor/assembly.py", ["tutor.commands"]),
        ("from tutor.website import x", "tutor/assembly.py", []),
    ],
)
def test_a_rule_catches_each_way_to_break_it(source: str, file: str, broken: list[str]) -> None:
    assert [rule.module for rule in RULES if rule.broken_by(source, file)] == broken


def reads_environment(source: str) -> bool:
    """Whether ``source`` touches the environment variables: ``os.environ``, ``os.getenv`` and their relatives."""
    names = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            if node.attr in names:
                return True
        elif isinstance(node, ast.ImportFrom) and node.module == "os" and names & {alias.name for alias in node.names}:
            return True
    return False


def test_only_settings_reads_the_environment() -> None:
    assert [file for file, source in SOURCES.items() if reads_environment(source)] == ["tutor/settings.py"]


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("import os\nos.environ['A']", True),
        ("import os\nos.getenv('A')", True),
        ("from os import environ as e", True),
        ("import os\nos.environ.update(A='1')", True),
        ("import os\nos.replace('a', 'b')", False),
    ],
)
def test_reading_the_environment_is_noticed(source: str, reads: bool) -> None:
    assert reads_environment(source) == reads


@pytest.mark.parametrize("file", ["tutor/records.py", "tutor/errors.py"])
def test_records_and_errors_import_nothing_of_the_package(file: str) -> None:
    assert [name for name in imports(SOURCES[file], file) if is_within(name, "tutor")] == []


def import_graph(sources: dict[str, str]) -> dict[str, set[str]]:
    """For each module of the package the modules of the package that it imports."""
    names = {file.removesuffix(".py").replace("/", ".").removesuffix(".__init__"): file for file in sources}
    graph: dict[str, set[str]] = {name: set() for name in names}
    for name, file in names.items():
        for imported in imports(sources[file], file):
            while imported and imported not in names:
                imported = imported.rpartition(".")[0]
            graph[name] |= {imported} - {"", "tutor", name}
    return graph


def cycle(graph: dict[str, set[str]]) -> set[str]:
    """The modules that are on a circle of imports or lead to one."""
    left = dict(graph)
    while ends := {name for name, imported in left.items() if not imported & left.keys()}:
        left = {name: imported for name, imported in left.items() if name not in ends}
    return set(left)


def test_imports_point_one_way() -> None:
    assert cycle(import_graph(SOURCES)) == set()


def test_a_circle_of_imports_is_noticed() -> None:
    sources = {
        "tutor/a.py": "from tutor.b import x",
        "tutor/b.py": "def f():\n    from tutor import c",
        "tutor/c.py": "from . import a\nimport os",
        "tutor/d.py": "import json",
    }

    assert cycle(import_graph(sources)) == {"tutor.a", "tutor.b", "tutor.c"}


def test_modules_are_named_by_what_they_do() -> None:
    vague = {"utils", "util", "common", "helpers", "helper", "core", "misc", "manager", "base", "tools"}

    assert [file for file in SOURCES if vague & set(Path(file).with_suffix("").parts)] == []


def test_every_module_says_in_its_first_lines_what_it_does() -> None:
    assert [file for file, source in SOURCES.items() if not ast.get_docstring(ast.parse(source))] == []


@pytest.mark.parametrize("module", ["tutor.__main__", "tutor.corpus", "tutor.lint"])
def test_what_a_quick_command_imports_is_light(module: str) -> None:
    heavy = ["torch", "chromadb", "gradio", "sentence_transformers", "transformers", "xllamacpp", "langchain_core"]
    code = f"import json, sys, {module}; print(json.dumps([name for name in {heavy} if name in sys.modules]))"

    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert json.loads(loaded.stdout) == []


def test_importing_the_tutor_loads_no_library_that_only_fitting_or_a_model_needs() -> None:
    heavy = ["sklearn", "torch", "sentence_transformers", "transformers", "xllamacpp", "gradio"]
    code = f"import sys, tutor.assembly; print([name for name in {heavy} if name in sys.modules])"

    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert loaded.stdout == "[]\n"


def test_the_page_is_up_before_the_libraries_that_answers_and_the_database_need() -> None:
    heavy = ["torch", "chromadb", "sentence_transformers", "sklearn", "xllamacpp", "langchain_core", "sqlalchemy"]
    code = f"import sys, tutor.web.server; print([name for name in {heavy} if name in sys.modules])"

    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert loaded.stdout == "[]\n"


def test_importing_the_command_line_changes_no_setting_and_makes_no_file(tmp_path: Path) -> None:
    code = "import os; before = dict(os.environ); import tutor.__main__; print(before == dict(os.environ))"
    environment = {"PATH": "", "TUTOR_HOME": str(tmp_path / "home"), "PYTHONPATH": str(ROOT)}

    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )

    assert loaded.stdout == "True\n"
    assert list(tmp_path.iterdir()) == []
