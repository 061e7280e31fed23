"""Somebody who can write the database tampers with the audit log: verify names what, or a kept head does."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from story import Story, told
from world import World

import models
from models import AuditEntry, AuditHead, audit, seals, sql
from resolvers.audit_log import kept_heads as audit_log_kept_heads
from resolvers.audit_log import verification as audit_verification
from resolvers.blocks import kept_heads as blocks_kept_heads
from resolvers.points import ledger as points_ledger
from resolvers.signing import Signer

TABLES = ("audit_entries", "audit_heads", "audit_addresses")
UNIQUE = "SELECT conname AS name FROM pg_constraint WHERE conrelid = 'audit_entries'::regclass AND contype = 'u'"


@dataclass(frozen=True)
class Lived:
    """Five entries of a root, each with its address, and what was kept of their head."""

    story: Story
    rows: list[dict[str, Any]]
    kept: list[dict[str, Any]]

    @property
    def root_id(self) -> UUID:
        return self.story.company.root.id

    @property
    def middle(self) -> dict[str, Any]:
        return self.rows[2]


@pytest.fixture
async def lived(world: World) -> Lived:
    story = await told(world)
    for number in range(5):
        world.clock.advance(minutes=1)
        session = await world.session(story.secretary)
        session.address = f"192.0.2.{number}"
        given = {"organization_id": None, "amount": 2, "reason": "志愿服务", "occurred_at": None, "key": str(number)}
        await points_ledger.award(session, member_id=story.li.id, **given)
    kept = blocks_kept_heads.read(await audit_log_kept_heads.heads(world.clock.now, world.signer))
    return Lived(story, await rows(story.company.root.id), kept)


async def rows(root_id: UUID) -> list[dict[str, Any]]:
    return await sql.rows("SELECT * FROM audit_entries WHERE root_id = :root ORDER BY sequence", root=root_id)


class Undone(Exception):
    pass


@asynccontextmanager
async def undone() -> AsyncGenerator[None]:
    """Without triggers and unique keys; all is as before afterwards."""
    try:
        async with models.database.transaction():
            if models.database.dialect() == "sqlite":
                found = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN :all"
                for one in await sql.rows(found, all=TABLES):
                    await sql.execute(f"DROP TRIGGER {one['name']}")
            else:
                for table in TABLES:
                    await sql.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
                for one in await sql.rows(UNIQUE):
                    await sql.execute(f"ALTER TABLE audit_entries DROP CONSTRAINT {one['name']}")
            yield
            raise Undone
    except Undone:
        pass


async def found() -> list[str]:
    return [*(await audit_verification.verify()).differences]


# ---------------------------------------------------------------- what the tables refuse


async def test_the_tables_take_back_nothing(world: World, lived: Lived) -> None:
    assert await found() == []
    for statement in (
        "UPDATE audit_entries SET action = 'x'",
        "DELETE FROM audit_entries",
        "DELETE FROM audit_heads",
        "UPDATE audit_heads SET sequence = sequence - 1",
        "UPDATE audit_addresses SET address = 'x'",
    ):
        with pytest.raises(Exception, match=r"append-only|only grow|written once"):
            await sql.execute(statement)
    for change in ({}, {"sequence": 6}, {"sequence": 6, "previous_hash": lived.middle["hash"]}):
        with pytest.raises(Exception, match=r"(?i)unique|follows the head"):
            await insert({**lived.middle, "id": uuid4(), "hash": "database:0", **change})
    assert await found() == []


async def insert(row: dict[str, Any]) -> None:
    given = {name: row[name] for name in audit.COLUMNS}
    await sql.rows(f"INSERT INTO audit_entries ({', '.join(given)}) VALUES (:{', :'.join(given)})", **given)


# ---------------------------------------------------------------- changed, taken out, put in, put elsewhere

OTHER: dict[str, object] = {
    "sequence": 9,
    "happened_at": datetime(2026, 3, 10, 3, tzinfo=UTC),
    "action": "signOut",
    "outcome": "REFUSED",
    "actor": "OPERATOR",
    "subject_type": "Claim",
    "subject_ids": "[]",
    "subjects": 7,
    "member_ids": None,
    "details": "{}",
    "position": 99,
    "address_commitment": None,
    "previous_hash": "database:0",
    "hash": "database:0",
    "display_id": UUID(int=5),
    **dict.fromkeys(("account_id", "token_id", "actor_member_id", "organization_id"), None),
}


async def test_every_column_is_sealed(world: World, lived: Lived) -> None:
    assert set(OTHER) == set(AuditEntry._meta.db_fields) - {"id", "root_id"}
    for column, to in {**OTHER, "id": uuid4(), "root_id": uuid4()}.items():
        async with undone():
            await sql.execute(f"UPDATE audit_entries SET {column} = :to WHERE id = :id", to=to, id=lived.middle["id"])
            differences = await found()
            assert differences, column
            if column not in ("id", "root_id", "sequence"):
                assert str(lived.middle["id"]) in differences[0], column
    assert await found() == []


async def test_an_entry_taken_out_is_named(world: World, lived: Lived) -> None:
    for row in lived.rows:
        async with undone():
            await sql.execute("DELETE FROM audit_addresses WHERE entry_id = :id", id=row["id"])
            await sql.execute("DELETE FROM audit_entries WHERE id = :id", id=row["id"])
            [named] = await found()
            assert f" {row['sequence']} of " in named or f"entries {row['sequence']} are gone" in named


async def test_an_entry_taken_out_and_the_rest_moved_up_is_noticed(world: World, lived: Lived) -> None:
    async with undone():
        await sql.execute("DELETE FROM audit_addresses")
        await sql.execute("DELETE FROM audit_entries WHERE id = :id", id=lived.middle["id"])
        for row in lived.rows[3:]:
            await sql.execute("UPDATE audit_entries SET sequence = sequence - 1 WHERE id = :id", id=row["id"])
        await sql.execute("UPDATE audit_heads SET sequence = 4")
        differences = await found()
        assert any(f"{lived.rows[3]['id']}, number 3" in one for one in differences)


async def test_an_entry_put_in_is_named(world: World, lived: Lived) -> None:
    async with undone():
        await sql.execute("UPDATE audit_heads SET sequence = 6")
        fresh, last = uuid4(), lived.rows[4]
        forged = {"id": fresh, "sequence": 6, "previous_hash": last["hash"], "hash": "database:0"}
        await insert({**last, **forged, "address_commitment": None})
        differences = await found()
        assert any(str(fresh) in one for one in differences)


async def test_two_entries_that_changed_places_are_named(world: World, lived: Lived) -> None:
    async with undone():
        for row, sequence in ((lived.rows[1], 100), (lived.rows[2], 2), (lived.rows[1], 3)):
            await sql.execute("UPDATE audit_entries SET sequence = :to WHERE id = :id", to=sequence, id=row["id"])
        differences = " ".join(await found())
        assert all(str(row["id"]) in differences for row in lived.rows[1:3])


async def test_a_cut_tail_and_a_head_that_differs_are_noticed(world: World, lived: Lived) -> None:
    for statement, said in (
        ("UPDATE audit_heads SET sequence = 4", "more than the 4"),
        ("UPDATE audit_heads SET hash = 'database:0'", "ends with another hash"),
        ("DELETE FROM audit_heads", "No head is kept"),
        ("DELETE FROM audit_entries WHERE sequence > 3", "entries 4 to 5 are gone"),
    ):
        async with undone():
            await sql.execute("DELETE FROM audit_addresses")
            await sql.execute(statement)
            assert said in " ".join(await found()), statement


async def test_an_address_that_was_not_committed_to_is_named(world: World, lived: Lived) -> None:
    for column, to in (("address", "203.0.113.9"), ("salt", "00"), ("account_id", uuid4()), ("happened_at", None)):
        async with undone():
            await sql.execute(
                f"UPDATE audit_addresses SET {column} = :to WHERE entry_id = :id",
                to=to or world.clock.now + timedelta(days=1),
                id=lived.middle["id"],
            )
            [named] = await found()
            assert f"audit entry {lived.middle['id']}" in named
    await sql.execute("DELETE FROM audit_addresses")
    assert await found() == [], "erasing is no tampering"


# ---------------------------------------------------------------- with the key at hand


async def write_anew(lived: Lived, *, upto: int, action: str) -> None:
    """The chain as its owner would have written it, with good hashes."""
    key, before = seals.current(await seals.own_secret()), ""
    await sql.execute("DELETE FROM audit_addresses")
    await sql.execute("DELETE FROM audit_entries WHERE sequence > :upto", upto=upto)
    for row in await rows(lived.root_id):
        made = {**row, "action": action, "previous_hash": before}
        before = audit.sealed(key, before, made)
        await sql.execute(
            "UPDATE audit_entries SET action = :action, previous_hash = :previous, hash = :hash WHERE id = :id",
            action=action,
            previous=made["previous_hash"],
            hash=before,
            id=row["id"],
        )
    await sql.execute("UPDATE audit_heads SET sequence = :upto, hash = :hash", upto=upto, hash=before)


async def test_one_entry_written_anew_is_not_what_the_next_one_followed(world: World, lived: Lived) -> None:
    key = seals.current(await seals.own_secret())
    made = audit.sealed(key, lived.middle["previous_hash"], {**lived.middle, "action": "innocent"})
    async with undone():
        await sql.execute(
            "UPDATE audit_entries SET action = 'innocent', hash = :hash WHERE id = :id",
            hash=made,
            id=lived.middle["id"],
        )
        [named] = await found()
        assert f"{lived.rows[3]['id']}, number 4" in named


async def test_only_a_kept_head_shows_a_rewrite_by_who_has_the_key(world: World, lived: Lived) -> None:
    [kept] = lived.kept
    assert (kept["auditLog"], kept["length"]) == (world.id(lived.story.company.root), 5)
    assert await blocks_kept_heads.differences(lived.kept) == []
    for upto, said in ((5, "was rewritten: entry 5"), (3, "was cut: 5 entries were there")):
        async with undone():
            await write_anew(lived, upto=upto, action="innocent")
            assert await found() == []
            differences = await audit_log_kept_heads.differences(lived.kept)
            assert [said in one for one in differences] == [True]
    await world.award(lived.story.secretary, lived.story.li, 1)
    assert await blocks_kept_heads.differences(lived.kept) == [], "what comes after is no difference"


async def test_a_line_of_a_kept_file_that_was_changed_is_no_head(world: World, lived: Lived) -> None:
    [line] = await audit_log_kept_heads.heads(world.clock.now, world.signer)
    for wrong in (line.replace('"length":5', '"length":4'), line.replace('"head":"', '"head":"0')):
        with pytest.raises(blocks_kept_heads.NoHead, match="not what was signed"):
            blocks_kept_heads.read([wrong])
    [unsigned] = await audit_log_kept_heads.heads(world.clock.now, None)
    assert await blocks_kept_heads.differences(blocks_kept_heads.read([unsigned])) == []


async def test_entries_of_another_key_are_said_to_be_unchecked_and_not_forged(world: World, lived: Lived) -> None:
    try:
        models.seals.use(Signer(bytes(32)).derived("a test"))
        await world.award(lived.story.secretary, lived.story.li, 1)
        assert await found() == []
        await world.award(lived.story.secretary, lived.story.li, 2)
        *_, before, last = await rows(lived.root_id)
        async with undone():
            own = seals.Key(seals.OWN, bytes.fromhex(await seals.own_secret()))
            forged = {**last, "action": "innocent"}
            forged["hash"] = audit.sealed(own, before["hash"], forged)
            await sql.execute(
                "UPDATE audit_entries SET action = 'innocent', hash = :hash WHERE id = :id",
                hash=forged["hash"],
                id=last["id"],
            )
            await sql.execute("UPDATE audit_heads SET hash = :hash", hash=forged["hash"])
            [named] = await found()
            assert "with the database's own secret" in named
    finally:
        models.seals.use(None)
    verdict = await audit_verification.verify()
    differences, remarks = verdict.differences, verdict.remarks
    assert differences == []
    assert len(remarks) == 1
    assert "were not checked" in remarks[0]
    assert (await AuditHead.get(root_id=lived.root_id)).sequence == 7
