"""A mutation that is declared once: what does not fit fails when the schema is built, and names both sides."""

from dataclasses import dataclass
from typing import Any

import pytest

from resolvers.session import Session
from rules.ids import OrganizationId, TaskId, kind_of
from schema.arena.tasks import Task
from schema.mutation import WrongDeclaration, asks, gives, mutation

GIVES = gives("The task.", "task", Task.of)


async def two(session: Session, task_id: TaskId, note: str | None = None) -> Any: ...


async def six(session: Session, a: int, b: int, c: int, d: int, e: int, f: int) -> Any: ...


async def nobody(task_id: TaskId) -> Any: ...


def test_each_parameter_has_words_and_no_words_are_left_over() -> None:
    with pytest.raises(WrongDeclaration, match=r"Two: note: a parameter without words, or words without one\."):
        mutation("Two", two, "", asks("", task_id="A task."), GIVES)
    with pytest.raises(WrongDeclaration, match="Two: reason"):
        mutation("Two", two, "", asks("", task_id="A task.", note="A note.", reason="Why."), GIVES)


def test_many_fields_are_one_dataclass() -> None:
    with pytest.raises(WrongDeclaration, match="Six: 6 fields are one frozen dataclass"):
        mutation("Six", six, "", asks("", **dict.fromkeys("abcdef", "A number.")), GIVES)


def test_a_resolver_begins_with_the_session() -> None:
    with pytest.raises(WrongDeclaration, match="the first parameter of nobody is the session"):
        mutation("Nobody", nobody, "", asks(""), GIVES)


def test_what_makes_the_success_type_names_it() -> None:
    with pytest.raises(WrongDeclaration, match="is a class method of its type"):
        mutation("Two", two, "", asks("", task_id="A task.", note="A note."), gives("", "task", lambda row: row))


def test_a_typed_id_names_its_type() -> None:
    @dataclass
    class Other:
        id: OrganizationId

    assert [kind_of(one) for one in (TaskId, OrganizationId, str, Other)] == ["Task", "Organization", None, None]
