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
NO_PROSE = re.compile(r"\b(SELECT|FROM|WHERE|INSERT|UPDATE|JOIN|SET)\b|[{<;]\s*[a-z-]+:|</|\bon[A-Z]|\$[a-z]")


@cache
def literals(path: Path) -> tuple[tuple[str, int], ...]:
    """Strings of a module but its docstrings: text and line. What an f-string inserts counts as one word."""
    found: list[tuple[str, int]] = []
    waiting: list[ast.AST] = [ast.parse(path.read_bytes())]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Constant(value=str(text)):
                found.append((text, node.lineno))
            case ast.JoinedStr(values=values):
                text = "".join(str(one.value) if isinstance(one, ast.Constant) else "It" for one in values)
                found.append((text, node.lineno))
            case ast.Expr(value=ast.Constant()):
                pass  # a docstring
            case _:
                waiting.extend(ast.iter_child_nodes(node))
    return tuple(found)


def _sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(path for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts)


def _is_sentence(text: str) -> bool:
    """Rather than a name, a list of words, SQL or a style sheet."""
    words = text.split()
    return len(words) > 2 and bool(re.match(r"[A-Za-z][a-z']*\b", text)) and not NO_PROSE.search(text)


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
        for literal, line in literals(path):
            if text and (literal == text or " ".join(literal.split()) == " ".join(text.split())):
                return f"{path.relative_to(ROOT)}:{line}"
    return "schema.graphql"


def said() -> Iterator[str]:
    """Refusals, messages of the command line, the help of its commands and options."""
    for path in _sources(*SOURCES):
        for text, line in literals(path):
            if _is_sentence(text):
                yield from _faults(path, sentences.markdown(text), line)


def audited() -> Iterator[str]:
    path = ROOT / "rules" / "audit_sentences.py"
    for text, line in literals(path):
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


@pytest.mark.parametrize("area", AREAS)
def test_sentences_are_short_and_plain(area: str) -> None:
    found = sorted(set(AREAS[area]()))
    assert not found, "\n".join(["", *found])
