"""The rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
LIMIT = 300
BELOW_APP = ("schema", "resolvers", "models", "realtime", "rules")
SYSTEMS = (
    "directory", "accounts", "points", "arena", "learning", "blocks", "rewards", "leaderboards", "displays",
    "audit_log",
)  # fmt: skip
WITHOUT_FIELDS = {"imports", "privacy", "verification"}  # of the command line only
VAGUE = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "misc", "service"}
LOCK_FILES = {
    "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "uv.lock",
    "poetry.lock", "Pipfile.lock", "pdm.lock", "pylock.toml",
}  # fmt: skip


@cache
def files() -> list[Path]:
    """What is committed, or will be: tracked, or new and not ignored."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [Path(name) for name in sorted(set(listing.stdout.split("\0"))) if name and (ROOT / name).is_file()]


def modules(*folders: str) -> Iterator[Path]:
    return (file for file in files() if file.suffix == ".py" and (not folders or file.parts[0] in folders))


def packages_in(folder: str) -> set[str]:
    """The packages that lie in a folder."""
    return {file.parts[1] for file in modules(folder) if len(file.parts) > 2}


def parsed(file: Path) -> ast.Module:
    return ast.parse((ROOT / file).read_bytes(), str(file))


def test_there_are_files_to_judge() -> None:
    assert Path("pyproject.toml") in files()


def test_no_python_file_is_longer_than_one_can_read() -> None:
    lengths = {str(file): len((ROOT / file).read_bytes().splitlines()) for file in modules()}
    long = {file: n for file, n in lengths.items() if n > LIMIT and "migrations" not in Path(file).parts}
    assert not long


def test_no_file_has_a_name_that_says_nothing() -> None:
    # systemd wants its units to end in .service
    named = {file: file.name.lower().removesuffix(".service") for file in files()}
    named = {file: name.replace("service_tokens", "tokens") for file, name in named.items()}  # what other systems hold
    vague = [str(file) for file, name in named.items() if not VAGUE.isdisjoint(re.split(r"[._-]", name))]
    assert not vague


def test_a_system_is_a_package_of_its_name_in_every_folder() -> None:
    assert packages_in("resolvers") == set(SYSTEMS) | WITHOUT_FIELDS
    assert packages_in("schema") == set(SYSTEMS)
    assert packages_in("tests") >= set(SYSTEMS) | WITHOUT_FIELDS


def test_each_test_file_lies_in_the_folder_of_a_system_or_of_a_part() -> None:
    parts = {"clock", "commands", "database", "live", "schema", "screens", "web"}
    holding = {file.parts[1] for file in modules("tests") if file.name.startswith("test_") and len(file.parts) > 2}
    assert holding == set(SYSTEMS) | WITHOUT_FIELDS | parts


def test_rules_need_nothing_but_the_standard_library() -> None:
    """Import-linter forbids what we depend on today; this forbids the rest."""
    foreign = {
        (str(file), name)
        for file in modules("rules")
        for name in imports(parsed(file))
        if name not in sys.stdlib_module_names and name != "rules"
    }
    assert not foreign


def test_rules_never_ask_what_time_it_is() -> None:
    clocks = {
        (str(file), node.lineno, node.attr)
        for file in modules("rules")
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today", "time_ns", "monotonic"}
        if isinstance(node.value, ast.Name) and node.value.id in {"datetime", "date", "time"}
    }
    assert not clocks


def test_only_the_app_reads_the_environment() -> None:
    readers = {
        (str(file), node.lineno)
        for file in modules(*BELOW_APP)
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
    }
    assert not readers


SQL = re.compile(
    r"""\b(SELECT|INSERT\ INTO|DELETE\ FROM|JOIN\ \w|ORDER\ BY|GROUP\ BY|UNION|RETURNING|EXISTS\s*\(|COALESCE\(
      |(IS|NOT)\ NULL|(CREATE|ALTER|DROP)\ (TABLE|INDEX|UNIQUE|SCHEMA|TRIGGER)|PRAGMA|VACUUM|SET\ LOCAL)
      |\bUPDATE\s+\w+\s+SET\b | \bFROM\s+\w+\s+(WHERE|[a-z]\b) | \bWHERE\s+\w+
      |\b\w+\s*(=|<>|[<>]=?|\bIN\b|\bLIKE\b)\s*:[a-z]+""",
    re.VERBOSE,
)
STATEMENTS = {"rows", "row", "value", "models", "execute", "table"}  # of models.sql
RAW = {"execute_query", "execute_query_dict", "execute_script", "execute_insert", "execute_many", "raw"}
MADE_OF_SQL = {"Listing", "narrowed", "at_or_below", "bulk.each"}


def literals(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Texts with their lines, what is put into them as `?`; without docstrings."""
    alone = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    parts = {id(part) for node in ast.walk(module) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(module):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(str(one.value) if isinstance(one, ast.Constant) else "?" for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not {id(node)} & (alone | parts):
            yield node.lineno, node.value


def holding_sql(*folders: str) -> list[tuple[str, int, str]]:
    return [
        (str(file), line, text[:80])
        for file in modules(*folders)
        for line, text in literals(parsed(file))
        if SQL.search(text)
    ]


def test_sql_text_stands_in_models_only() -> None:
    """What is asked of the tables stands beside them; others call functions. Tests may look into the tables."""
    assert len(holding_sql("models")) > 300
    assert not holding_sql("app", "schema", "resolvers", "realtime", "rules", "benchmarks")


def test_only_models_runs_statements_or_makes_lists_of_them() -> None:
    """Together with the type LiteralString of `models.sql`: no text that is made at runtime becomes a statement."""
    found = [
        (str(file), node.lineno, ast.unparse(node.func))
        for file in modules("app", "schema", "resolvers", "realtime", "rules", "benchmarks")
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.Call)
        and (
            ast.unparse(node.func) in MADE_OF_SQL
            or (isinstance(node.func, ast.Attribute) and node.func.attr in RAW)
            or re.fullmatch(rf"(models\.)?sql\.({'|'.join(STATEMENTS)})", ast.unparse(node.func))
        )
    ]
    assert not found


def test_tests_are_no_packages() -> None:
    """With an __init__.py, tests/schema would be a second package of the name schema."""
    assert not [str(file) for file in modules("tests") if file.name == "__init__.py"]


def test_no_lock_file_says_where_packages_were_fetched() -> None:
    telling = [str(file) for file in files() if file.name in LOCK_FILES and b"://" in (ROOT / file).read_bytes()]
    assert not telling


def test_constraints_are_names_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    assert lines
    assert not [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line)]


def imports(module: ast.Module) -> Iterator[str]:
    """The top-level names a module imports; its own package where it imports relatively."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]
