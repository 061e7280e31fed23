"""Public text is plain English: at most 25 words a sentence, and no archaic words (tests/support/sentences.py).

Public is: descriptions of the schema, what refuses and what the command line prints, the audit log's sentences, the
help of each command, docs/ and the read-mes.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import sentences
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("app", "resolvers", "realtime", "models", "rules")
NO_PROSE = re.compile(r"\b(SELECT|FROM|WHERE|INSERT|UPDATE|JOIN|SET)\b|[{<;]\s*[a-z-]+:|</|\bon[A-Z]")


@cache
def literals(path: Path) -> tuple[tuple[str, int, bool], ...]:
    """Strings of a module: text, line, and whether it is a docstring. What an f-string inserts counts as one word."""
    tree = ast.parse(path.read_text())
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    found: list[tuple[str, int, bool]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(one.value) if isinstance(one, ast.Constant) else "It" for one in node.values)
            found.append((text, node.lineno, False))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            found.append((node.value, node.lineno, id(node) in docs))
    return tuple(found)


def _sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(path for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts)


def _is_sentence(text: str) -> bool:
    """Rather than a name, a list of words, SQL or a style sheet."""
    words = text.split()
    return len(words) > 2 and bool(re.match(r"[A-Z][a-z']*\b", text)) and not NO_PROSE.search(text)


def _faults(path: Path, found: Iterator[sentences.Sentence], line: int = 1) -> Iterator[str]:
    for one in found:
        if fault := one.fault:
            yield f"{path.relative_to(ROOT)}:{line + one.line - 1}: {fault}: {one.text}"


def described() -> Iterator[str]:
    from schema import schema

    for name, kind in schema._schema.type_map.items():
        if name.startswith("__"):
            continue
        yield from _described(name, kind.description)
        if isinstance(kind, GraphQLEnumType):
            for value, told in kind.values.items():
                yield from _described(f"{name}.{value}", told.description)
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType, GraphQLInputObjectType)):
            for key, field in kind.fields.items():
                yield from _described(f"{name}.{key}", field.description)
                for argument, told in getattr(field, "args", {}).items():
                    yield from _described(f"{name}.{key}({argument}:)", told.description)


def _described(name: str, text: str | None) -> Iterator[str]:
    for one in sentences.markdown(text or ""):
        if fault := one.fault:
            yield f"{_written(text)} {name}: {fault}: {one.text}"


def _written(text: str | None) -> str:
    for path in _sources("schema"):
        for literal, line, _ in literals(path):
            if text and (literal == text or " ".join(literal.split()) == " ".join(text.split())):
                return f"{path.relative_to(ROOT)}:{line}"
    return "schema.graphql"


def said() -> Iterator[str]:
    """Refusals, messages of the command line, the help of its commands and options."""
    for path in _sources(*SOURCES):
        for text, line, documents in literals(path):
            if _is_sentence(text) and not documents:
                yield from _faults(path, sentences.markdown(text), line)


def audited() -> Iterator[str]:
    path = ROOT / "rules" / "audit_sentences.py"
    for text, line, documents in literals(path):
        if not documents:
            yield from _faults(path, sentences.split(text), line)


def _pages(*patterns: str) -> Iterator[str]:
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            yield from _faults(path, sentences.markdown(path.read_text()))


def documented() -> Iterator[str]:
    yield from _pages("README*.md", "SECURITY.md", "docs/*.md", "docs/api/*.md", "deploy/*.md")


def decided() -> Iterator[str]:
    yield from _pages("docs/decisions/*.md", "CHANGELOG.md")


AREAS = {"schema": described, "messages": said, "audit": audited, "docs": documented, "decisions": decided}
LEFT = {"schema": 0, "messages": 0, "audit": 0, "docs": 0, "decisions": 51}  # goes down only


@pytest.mark.parametrize("area", AREAS)
def test_sentences_are_short_and_plain(area: str) -> None:
    found = sorted(set(AREAS[area]()))
    assert len(found) <= LEFT[area], "\n".join(["", *found])
