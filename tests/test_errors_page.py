"""docs/errors.md says what clients meet: every code and limit that the sources name, with its number, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from app.server import MOST_FRAME
from app.web.http import MOST_BODY
from realtime import costs, documents, graphql_ws_handler, limits, messages, subscription_limits, tokens
from rules.error_codes import Code

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
LAYERS = ("app", "schema", "resolvers", "models", "realtime", "rules")
ALLOWED = {
    "body": MOST_BODY,
    "tokens": tokens.MOST_TOKENS,
    "aliases": tokens.MOST_ALIASES,
    "directives": tokens.MOST_DIRECTIVES,
    "nesting": tokens.MOST_NESTING,
    "fragments": limits.MOST_FRAGMENTS,
    "depth": limits.MOST_DEPTH,
    "fields": limits.MOST_FIELDS,
    "duplicates": limits.MOST_OF_ONE_NAME,
    "cost": costs.MOST_COST,
    "errors": documents.MOST_ERRORS,
    "operations": graphql_ws_handler.MOST_OPERATIONS,
    "documents": subscription_limits.MOST_OF_ONE,
    "boards": subscription_limits.MOST_BOARDS_OF_ONE,
}


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0] if title else PAGE.split("\n## ")[0]


def first_cells(title: str) -> list[str]:
    return [line.split("|")[1] for line in section(title).splitlines() if line.startswith("|")][2:]


def sources() -> Iterator[ast.AST]:
    for layer in LAYERS:
        for file in (ROOT / layer).rglob("*.py"):
            yield from ast.walk(ast.parse(file.read_text(encoding="utf-8")))


def test_every_code_is_explained_and_no_other() -> None:
    told = [code for cell in first_cells("") for code in re.findall(r"`(\w+)`", cell)]
    assert sorted(told) == sorted(Code)


def test_codes_are_written_in_one_place() -> None:
    """An error's code is a member of Code: no source spells one out beside it."""
    spelled = [
        ast.unparse(node)
        for node in sources()
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == "code"
        if isinstance(value, ast.Constant) and isinstance(value.value, str)
    ]
    assert spelled == []
    used = {node.attr for node in sources() if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Code"}
    assert used == {code.name for code in Code}


def test_no_error_is_made_without_a_code() -> None:
    """GraphQLError is raised as it is by scalars alone: GraphQL itself catches those, and they are given a code. One
    that only carries what was raised becomes another before it is told."""
    bare = {
        file.relative_to(ROOT).as_posix()
        for layer in LAYERS
        for file in (ROOT / layer).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "GraphQLError"
        if not {one.arg for one in node.keywords} & {"extensions", "original_error"}
    }
    assert bare == {"schema/scalars.py"}


def test_every_limit_is_told_with_its_number() -> None:
    told: dict[str, str] = {}
    for line in section("Limits").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        for name in re.findall(r"`(\w+)`", cells[1] if len(cells) > 2 else ""):
            if name != "limit":
                told[name] = cells[2]
    assert told.keys() == ALLOWED.keys()
    for name, number in ALLOWED.items():
        assert f"{number:,}" in told[name], name
    assert f"{MOST_FRAME:,}" in section("Limits")
    assert f"{costs.MOST_INTROSPECTION:,}" in section("Limits")
    assert str(subscription_limits.MOST) in told["documents"]
    assert f"{subscription_limits.MOST_BOARDS:,}" in told["boards"]


def test_every_close_code_is_explained() -> None:
    told = {int(code) for cell in first_cells("Close codes") for code in re.findall(r"\d{4}", cell)}
    named = {value for value in vars(messages).values() if isinstance(value, int) and 1000 <= value < 5000}
    assert named <= told
    assert told - named == {4406, 1002, 1006, 1007, 1009, 1012}  # told by uvicorn, the network, or the connection
