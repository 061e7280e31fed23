"""From an empty database to today's tables, on both engines; and the ledger's own guard against every change."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest
from tortoise import Tortoise
from tortoise.exceptions import BaseORMException
from tortoise.migrations.api import migrate

import models
from app import database as commands
from models import Member, Organization, OrganizationKind, PointsEntry, PointsKind, sql

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
NO_MODEL = {
    "secrets",
    "rights",
    "attempts",
    "familiar_addresses",
    "openid_states",
    "openid_identities",
    "topic_versions",
}  # read and written by SQL alone
COLUMNS = {
    "sqlite": """SELECT t.name AS table_name, c.name AS column_name, c."notnull" = 1 OR c.pk > 0 AS required
        FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'""",
    "postgres": """SELECT table_name, column_name, is_nullable = 'NO' AS required
        FROM information_schema.columns WHERE table_schema = 'public'""",
}
REFUSED = {
    "sqlite": [
        "UPDATE points_entries SET amount = 99",
        "UPDATE points_entries SET line = line + 1 WHERE id = :id",
        "UPDATE OR REPLACE points_entries SET amount = 99",
        "DELETE FROM points_entries",
        "DELETE FROM points_entries WHERE id = :id",
        "REPLACE INTO points_entries SELECT * FROM points_entries",
        "INSERT OR REPLACE INTO points_entries SELECT * FROM points_entries",
        "INSERT INTO points_entries SELECT * FROM points_entries WHERE true ON CONFLICT (id) DO UPDATE SET amount = 99",
    ],
    "postgres": [
        "UPDATE points_entries SET amount = 99",
        "UPDATE points_entries SET line = line + 1 WHERE id = :id",
        "DELETE FROM points_entries",
        "DELETE FROM ONLY points_entries WHERE id = :id",
        "TRUNCATE points_entries CASCADE",
        "TRUNCATE organizations CASCADE",
        "INSERT INTO points_entries SELECT * FROM points_entries ON CONFLICT (id) DO UPDATE SET amount = 99",
        "MERGE INTO points_entries e USING points_entries f ON e.id = f.id WHEN MATCHED THEN UPDATE SET amount = 99",
        "MERGE INTO points_entries e USING points_entries f ON e.id = f.id WHEN MATCHED THEN DELETE",
        "WITH gone AS (DELETE FROM points_entries RETURNING *) SELECT * FROM gone",
    ],
}


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[str]:
    """A database in which nobody has been."""
    yield database_url
    await Tortoise.close_connections()


async def tables() -> dict[str, dict[str, bool]]:
    """Columns by table, and whether each is required."""
    found: dict[str, dict[str, bool]] = {}
    for one in await sql.rows(COLUMNS[models.database.dialect()]):
        found.setdefault(one["table_name"], {})[one["column_name"]] = bool(one["required"])
    return found


async def test_an_empty_database_is_brought_up_to_date_and_then_it_is(empty: str) -> None:
    applied = await commands.migrate(empty)

    assert applied[0] == "0001_tables"
    assert len(set(applied)) == len(applied)
    assert await commands.pending(empty) == []
    assert await commands.migrate(empty) == []


async def test_every_model_has_its_table_and_every_table_its_model(empty: str) -> None:
    await migrate(config=models.database.configuration(empty))
    await Tortoise.close_connections()
    await models.database.connect(empty)
    kept = await tables()
    registered = {one._meta.db_table: one for one in Tortoise.apps["models"].values()}

    ours = {name for name in kept if "migration" not in name}
    assert ours == registered.keys() | NO_MODEL
    for name, model in registered.items():
        fields = model._meta.fields_db_projection
        assert set(fields.values()) == kept[name].keys(), name
        required = {column for field, column in fields.items() if not model._meta.fields_map[field].null}
        assert required == {column for column, needed in kept[name].items() if needed}, name


async def test_migrations_take_a_database_with_rows(empty: str) -> None:
    """The tables of the first migration, in use, under those that came after it."""
    configuration = models.database.configuration(empty)
    await migrate(config=configuration, target="models.0001_tables")
    await Tortoise.close_connections()
    await models.database.connect(empty)
    root = uuid4()
    await sql.execute(
        """INSERT INTO organizations (id, code, name, kind, root_id, time_zone, settling_hours, created_at)
           VALUES (:id, 'GS', '公司党委', 'COMMITTEE', :id, 'Asia/Shanghai', 72, :now)""",
        id=root,
        now=NOW,
    )
    await sql.execute(
        "INSERT INTO clocks (root_id, position, time, day_position, tree) VALUES (:id, 7, :now, 3, 2)", id=root, now=NOW
    )
    await sql.execute(
        """INSERT INTO board_versions (organization_id, root_id, changed, changed_at, tasks_changed, tasks_changed_at)
           VALUES (:id, :id, 7, :now, 5, :now)""",
        id=root,
        now=NOW,
    )
    names = {"张　三": None, "Amélie": "远航", "\u3164": "a\u202eb"}  # older releases took these too
    for name, alias in names.items():
        await sql.execute(
            """INSERT INTO members
                 (id, root_id, organization_id, name, alias, hidden_on_boards, active, balance, debt, created_at)
               VALUES (:id, :root, :root, :name, :alias, :no, :yes, 0, 0, :now)""",
            no=False,
            yes=True,
            id=uuid4(),
            root=root,
            name=name,
            alias=alias,
            now=NOW,
        )
    await models.database.close()

    await commands.migrate(empty)
    await models.database.connect(empty)
    for one in await Member.all():
        assert (one.alias, one.alias_set_aside) == (names[one.name], None)  # as it was
        assert {"name_key": one.name_key, "shown_key": one.shown_key} == models.members.keys(one.name, one.alias)
    assert await Member.get(name_key=models.members.keys("张三", None)["name_key"])
    clock = await models.Clock.get(root_id=root)
    version = await models.BoardVersion.get(organization_id=root)
    assert (clock.position, clock.public_position, clock.frozen, clock.means_as_before) == (7, 7, 0, NOW)
    assert (version.public_changed, version.public_tasks_changed) == (7, 5)
    assert version.public_changed_at == version.changed_at == NOW


async def test_when_hidden_claims_were_handed_in_is_kept_where_it_is_known(empty: str) -> None:
    """Under a freeze: returned, returned and handed in anew, approved at once; and one of which nothing is hidden."""
    await migrate(config=models.database.configuration(empty), target="models.0015_phones")
    await Tortoise.close_connections()
    await models.database.connect(empty)
    root, task, member = uuid4(), uuid4(), uuid4()
    await sql.execute(
        """INSERT INTO organizations (id, code, name, kind, root_id, time_zone, settling_hours, created_at)
           VALUES (:id, 'GS', '公司党委', 'COMMITTEE', :id, 'Asia/Shanghai', 72, :now)""",
        id=root,
        now=NOW,
    )
    await sql.execute(
        """INSERT INTO members (id, root_id, organization_id, name, hidden_on_boards, active, balance, debt, created_at)
           VALUES (:id, :root, :root, '李强', :no, :yes, 0, 0, :now)""",
        id=member,
        root=root,
        no=False,
        yes=True,
        now=NOW,
    )
    await sql.execute(
        """INSERT INTO tasks (id, root_id, organization_id, title, description, points, review, status, held, approved,
             created_at) VALUES (:id, :root, :root, '慰问', '', 10, 'REVIEWED', 'OPEN', 0, 0, :now)""",
        id=task,
        root=root,
        now=NOW,
    )
    earlier, later = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    kept = {}
    for seen, submitted, expected in (
        ("SUBMITTED", earlier, earlier),
        ("SUBMITTED", later, None),
        ("CLAIMED", NOW, None),
        (None, earlier, None),
    ):
        claim = uuid4()
        kept[claim] = expected
        await sql.execute(
            """INSERT INTO claims (id, task_id, member_id, status, claimed_at, submitted_at, decided_at, public_status)
               VALUES (:id, :task, :member, 'REJECTED', :before, :submitted, :now, :seen)""",
            id=claim,
            task=task,
            member=member,
            before=earlier,
            submitted=submitted,
            now=NOW,
            seen=seen,
        )
    await models.database.close()

    await commands.migrate(empty)
    await models.database.connect(empty)
    assert {one.id: one.public_submitted_at for one in await models.Claim.all()} == kept


async def test_members_and_organizations_that_are_there_are_open_and_themselves(empty: str) -> None:
    """Merges and closings come to a database in use: nobody is anybody else, and what was over divides as it did."""
    await migrate(config=models.database.configuration(empty), target="models.0018_periods_back")
    await Tortoise.close_connections()
    await models.database.connect(empty)
    root, member = uuid4(), uuid4()
    await sql.execute(
        """INSERT INTO organizations (id, code, name, kind, root_id, time_zone, settling_hours, created_at)
           VALUES (:id, 'GS', '公司党委', 'COMMITTEE', :id, 'Asia/Shanghai', 72, :now)""",
        id=root,
        now=NOW,
    )
    await sql.execute(
        "INSERT INTO clocks (root_id, position, time, day_position, tree) VALUES (:id, 7, :now, 3, 2)", id=root, now=NOW
    )
    await sql.execute(
        """INSERT INTO members (id, root_id, organization_id, name, hidden_on_boards, active, balance, debt, created_at)
           VALUES (:id, :root, :root, '李强', :no, :yes, 5, 0, :now)""",
        id=member,
        root=root,
        no=False,
        yes=True,
        now=NOW,
    )
    await models.database.close()

    await commands.migrate(empty)
    await models.database.connect(empty)
    kept, clock = await models.Member.get(id=member), await models.Clock.get(root_id=root)
    assert (kept.merged_into_id, kept.duplicates, kept.balance) == (None, 0, 5)
    assert (clock.merges, clock.means_as_before) == (0, NOW)
    assert (await Organization.get(id=root)).closed_at is None


@pytest.fixture
async def entry(database: str) -> PointsEntry:
    root = models.organizations.new(
        code="GS", name="公司党委", kind=OrganizationKind.COMMITTEE, parent=None, time_zone="Asia/Shanghai", at=NOW
    )
    await models.organizations.insert(root)
    return await PointsEntry.create(
        root_id=root.id,
        position=1,
        line=0,
        organization_id=root.id,
        kind=PointsKind.EARNED,
        amount=10,
        ranks=True,
        rule="award.by_hand",
        occurred_at=NOW,
        counts_at=NOW,
        recorded_at=NOW,
        reached=int(NOW.timestamp()),
    )


async def test_the_ledger_refuses_every_statement_that_would_change_it(database: str, entry: PointsEntry) -> None:
    before = await sql.rows("SELECT * FROM points_entries")
    for statement in REFUSED[models.database.dialect()]:
        values = {"id": entry.id} if ":id" in statement else {}
        with pytest.raises((BaseORMException, asyncpg.PostgresError), match="append-only"):
            await sql.execute(statement, **values)
        assert await sql.rows("SELECT * FROM points_entries") == before, statement


async def test_the_ledger_refuses_within_a_transaction_and_through_the_models(
    database: str, entry: PointsEntry
) -> None:
    async def saved() -> None:
        entry.amount = 99
        await entry.save()

    async def updated() -> None:
        await PointsEntry.filter(id=entry.id).update(amount=99)

    async def all_deleted() -> None:
        await PointsEntry.all().delete()

    for change in (saved, updated, entry.delete, all_deleted):
        with pytest.raises((BaseORMException, asyncpg.PostgresError), match="append-only"):
            async with models.database.transaction():
                await change()
    assert (await PointsEntry.get(id=entry.id)).amount == 10


async def test_an_organization_with_points_cannot_be_deleted(database: str, entry: PointsEntry) -> None:
    """Neither taken away with its entries nor from under them."""
    with pytest.raises((BaseORMException, asyncpg.PostgresError)):
        await Organization.filter(id=entry.organization_id).delete()
    assert await PointsEntry.exists(id=entry.id)
