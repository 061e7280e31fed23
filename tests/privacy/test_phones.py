"""Phones: encrypted for their member, found as a whole, re-encrypted while others read and write."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
from canaries import in_files, in_tables
from services import Postgres
from sqlite_files import Sqlite
from tortoise import Tortoise
from tortoise.exceptions import BaseORMException
from tortoise.migrations.api import migrate
from world import World

import models
from app import database as commands
from app.keys import data_keys
from app.settings import load
from models import Member, phones, sql
from models.phones import DataKey, NoDataKey, PhoneIsBroken
from resolvers.verification import verify as verification_verify
from rules.phones import masked, normal, searched

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
KEYS = f"first:{bytes(32).hex()}"


@pytest.fixture
def given() -> Callable[..., list[DataKey]]:
    def use(*ids: str) -> list[DataKey]:
        made = [DataKey(one, one.encode().ljust(32)) for one in ids]
        phones.use(lambda _: made)
        return made

    return use


def test_a_number_is_the_same_however_it_is_written_and_shown_in_part() -> None:
    for written in ("13800138000", "+8613800138000", "0086 138-0013-8000", "138 0013 8000"):
        assert normal(written) == searched(written) == "13800138000"
    assert (normal("+441632960961"), normal("057187654321")) == ("+441632960961", "057187654321")
    assert searched("王芳") is searched("1380") is searched("") is None
    assert [masked(one) for one in ("13800138000", "+8613800138000", "057187654321", "87654321", "12345")] == [
        *("138****8000", "+86138****8000", "0571****4321", "****4321", "***45"),
    ]
    assert masked("1" * 20).count("*") == 10


def test_a_number_is_bound_to_its_member_its_key_and_every_byte(given: Callable[..., list[DataKey]]) -> None:
    given("a", "b")
    mine, theirs = uuid4(), uuid4()
    sealed = phones.seal(mine, "13800138000")
    assert (sealed.phone_key, "13800" in str(sealed.phone_sealed)) == ("a", False)
    assert phones.seal(mine, "13800138000").phone_sealed != sealed.phone_sealed
    assert phones.seal(theirs, "+8613800138000").phone_index == sealed.phone_index
    assert phones.opened(mine, "a", sealed.phone_sealed) == "13800138000"
    text = str(sealed.phone_sealed)
    changed = [text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :] for at in range(len(text) - 4)]
    for member, key, broken in [(theirs, "a", text), (mine, "b", text), *((mine, "a", one) for one in changed)]:
        with pytest.raises(PhoneIsBroken) as caught:
            phones.opened(member, key, broken)
        assert "13800" not in str(caught.value)
    given("b")
    with pytest.raises(NoDataKey, match="the key a,"):
        phones.opened(mine, "a", text)


async def test_the_tables_refuse_half_a_number(world: World) -> None:
    company = await world.company()
    li = await world.member("李强", at=company.first, phone="13800138000")
    for column in ("phone_key", "phone_sealed", "phone_index"):
        with pytest.raises((BaseORMException, asyncpg.PostgresError)):
            await sql.execute(f"UPDATE members SET {column} = NULL WHERE id = :id", id=li.id)
    assert (await Member.get(id=li.id)).phone == "13800138000"


async def test_keys_are_changed_while_others_read_and_write(world: World, given: Callable[..., list[DataKey]]) -> None:
    company = await world.company()
    given("old")
    people = [await world.member(f"党员{n}", at=company.first, phone=f"1380013800{n}") for n in range(8)]
    given("new", "old")
    seen: list[int] = []

    def told(more: int) -> None:
        seen.append(more)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await phones.rotate(told, at_once=3)
    assert await phones.counted() == {"new": 3, "old": 5}
    for number, one in enumerate(people):  # found and read under either
        [row] = await Member.filter(phone_index__in=phones.indexes(f"1380013800{number}"))
        assert (row.id, row.phone) == (one.id, f"1380013800{number}")

    assert await phones.rotate(lambda _: None) == 5
    assert await phones.rotate(lambda _: None) == 0
    given("new")
    assert [(await Member.get(id=one.id)).phone for one in people] == [f"1380013800{n}" for n in range(8)]


async def test_verify_names_a_number_that_was_moved_or_changed(
    world: World, given: Callable[..., list[DataKey]]
) -> None:
    company = await world.company()
    li = await world.member("李强", at=company.first, phone="13800138000")
    zhao = await world.member("赵敏", at=company.second, phone="13900139000")
    assert (await verification_verify.verify(world.clock.now)).differences == []
    both = {"a": li.id, "b": zhao.id}
    await sql.execute(
        "UPDATE members SET phone_sealed = (SELECT m.phone_sealed FROM members m WHERE m.id = :a) WHERE id = :b", **both
    )
    [moved] = (await verification_verify.verify(world.clock.now)).differences
    assert str(zhao.id) in moved
    await sql.execute("UPDATE members SET phone_index = 'x' WHERE id = :a", a=li.id)
    assert len((await verification_verify.verify(world.clock.now)).differences) == 2
    given("another")
    verdict = await verification_verify.verify(world.clock.now)
    assert verdict.differences == []
    assert any("the key test" in one for one in verdict.remarks)


@pytest.fixture
async def before(database_url: str) -> AsyncIterator[tuple[str, list[UUID]]]:
    """A database of the release before, in use: six members, four of whom have a phone in clear text."""
    await migrate(config=models.database.configuration(database_url), target="models.0013_erasable")
    await Tortoise.close_connections()
    await models.database.connect(database_url)
    root, ids = uuid4(), [uuid4() for _ in range(6)]
    await sql.execute(
        """INSERT INTO organizations (id, code, name, kind, root_id, time_zone, settling_hours, created_at)
           VALUES (:id, 'GS', '公司党委', 'COMMITTEE', :id, 'Asia/Shanghai', 72, :now)""",
        id=root,
        now=NOW,
    )
    for number, one in enumerate(ids):
        await sql.execute(
            """INSERT INTO members (id, root_id, organization_id, name, phone, hidden_on_boards, active, balance, debt,
                 created_at) VALUES (:id, :root, :root, :name, :phone, :no, :yes, 0, 0, :now)""",
            id=one,
            root=root,
            name=f"党员{number}",
            phone=f"1380013800{number}" if number < 4 else None,
            no=False,
            yes=True,
            now=NOW,
        )
    await models.database.close()
    yield database_url, ids
    await Tortoise.close_connections()


async def test_numbers_of_the_release_before_are_encrypted_and_nothing_of_them_stays(
    before: tuple[str, list[UUID]], engine: Sqlite | Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, ids = before
    monkeypatch.delenv("LEITAI_DATA_KEYS", raising=False)
    load.cache_clear()
    if isinstance(engine, Postgres):
        with pytest.raises(NoDataKey, match="LEITAI_DATA_KEYS"):
            await commands.migrate(url)
        assert engine.execute("SELECT COUNT(phone) FROM members", database=engine.name_of(url)) == "4"
        monkeypatch.setenv("LEITAI_DATA_KEYS", KEYS)
        load.cache_clear()
    await commands.migrate(url)
    await models.database.connect(url)
    data_keys.use(load().model_copy(update={"database_url": url}))
    kept = [(await Member.get(id=one)).phone for one in ids]
    assert kept == [*(f"1380013800{n}" for n in range(4)), None, None]
    assert await in_tables("1380013800") == {}
    if isinstance(engine, Postgres):
        await models.database.connection().execute_script("CHECKPOINT")
    assert in_files(engine.files_of(url), "党员1")
    assert in_files(engine.files_of(url), "1380013800") == []
    await models.database.close()
    load.cache_clear()


def test_what_is_no_key_is_refused_without_being_repeated() -> None:
    right = secrets.token_hex(32)
    for wrong in (
        "abc",
        right,
        f"id:{right[1:]}",
        f"Id:{right}",
        f"a:{right},b:x",
        f"a:{right},a:{right}",
        ",",
        f":{right}",
    ):
        with pytest.raises(data_keys.SettingsRefused) as caught:
            data_keys.read(wrong, "LEITAI_DATA_KEYS")
        assert right not in str(caught.value)
        assert "LEITAI_DATA_KEYS" in str(caught.value)
    assert [one.id for one in data_keys.read(f" new:{right} , old:{right}\n", "x")] == ["new", "old"]
