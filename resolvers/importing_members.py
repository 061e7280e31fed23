"""Bringing members, where they belong, and their accounts to what a file says."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import models
from models import importing, phones
from models.bulk import Bulk, each, insert
from resolvers.importing_run import ChangedMeanwhile, Report, Run, touch, touch_everything
from rules import periods, texts, typed
from rules.importing_members import KnownMember, MembersPlan, Person, check_members
from rules.spreadsheets import Row

COLUMNS = (
    *("id", "root_id", "organization_id", "name", "alias", "joined_on"),
    *("phone_key", "phone_sealed", "phone_index"),
    *("hidden_on_boards", "active", "balance", "debt", "created_at"),
)


@dataclass(frozen=True, slots=True)
class Known:
    """ids, roots: of organizations, by code."""

    ids: Mapping[str, UUID]
    roots: Mapping[str, UUID]
    roll: importing.Roll


async def bring(rows: Sequence[Row], run: Run) -> Report:
    organizations = (await importing.tree()).organizations
    ids = {one.code: one.id for one in organizations}
    codes = {one.id: one.code for one in organizations}
    named = {ids[code] for row in rows if (code := texts.line(row.cells["organization_code"])) in ids}
    logins = {typed.login(row.cells["login"]) for row in rows if row.cells["login"]}
    roll = await importing.roll(named, logins, run.at)
    known = Known(ids, {one.code: one.root_id for one in organizations}, roll)
    today = max(
        (periods.local_day(run.at, zone) for zone in {one.time_zone for one in organizations}),
        default=run.at.date(),
    )
    merged = frozenset(one.id for one in known.roll.members.values() if one.merged)
    closed = frozenset(one.code for one in organizations if one.closed)
    people = [
        KnownMember(
            one.id,
            Person(codes[one.organization_id], one.name, one.alias, one.phone, one.joined_on, one.login),
        )
        for one in known.roll.members.values()
    ]
    plan = await asyncio.to_thread(check_members, rows, known.roots, people, known.roll.taken, today, closed, merged)
    if not plan.created and not plan.updated:
        return run.nothing_to_do(plan.unchanged)
    await models.database.shielded(_write(run, plan, known))
    return Report(len(plan.created), len(plan.updated), plan.unchanged)


async def _write(run: Run, plan: MembersPlan, known: Known) -> None:
    bulks = _bulks(run.at, plan, known)
    people = [*plan.created, *(person for _, person in plan.updated)]
    async with run.writing({known.roots[one.organization_code] for one in people}) as work:
        await _nobody_came(run, known.roll, 0)
        if await models.closings.first_closed({known.ids[one.organization_code] for one in people}):
            raise ChangedMeanwhile("an organization was closed")
        locked = await importing.locked_members(one.id for one, _ in plan.updated)
        if any(known.roll.members[one.id] != one for one in locked.values()):
            raise ChangedMeanwhile("members changed")
        await run.through(bulks)
        homes = {one.organization_code for one in plan.created}
        touch(work, ((known.roots[code], known.ids[code]) for code in homes))
        if homes:  # createMember decides who is new under this lock; taken last, since all of the root waits for it
            for root in sorted({known.roots[code] for code in homes}):
                await work.position(root)
            await _nobody_came(run, known.roll, len(plan.created))
        shown = [person for member, person in plan.updated if _shown(member.person) != _shown(person)]
        touch_everything(work, {known.roots[one.organization_code] for one in shown})
        updated = (person for _, person in plan.updated)
        new, changed = ([known.roots[one.organization_code] for one in some] for some in (plan.created, updated))
        run.audit(work, "Member", new, changed)


async def _nobody_came(run: Run, roll: importing.Roll, made: int) -> None:
    """Since the file was checked. made: how many the import itself has made; whom it moves, it moves within the places
    that are counted. ChangedMeanwhile."""
    number, newest = roll.count
    if await importing.count_members(roll.places, run.at) != (number + made, newest):
        raise ChangedMeanwhile("members came")


def _shown(person: Person) -> tuple[str, str, str | None]:
    return person.organization_code, person.name, person.alias


def _bulks(at: datetime, plan: MembersPlan, known: Known) -> list[Bulk]:
    new = [*zip(_ids(len(plan.created)), plan.created, strict=True)]

    def place(one: Person) -> UUID:
        return known.ids[one.organization_code]

    def told(key: UUID, one: Person) -> tuple[object, ...]:
        sealed = phones.seal(key, one.phone)
        phone = sealed.phone_key, sealed.phone_sealed, sealed.phone_index
        return place(one), one.name, one.alias, one.joined_on, *phone

    moved = [
        (member.id, place(person))
        for member, person in plan.updated
        if member.person.organization_code != person.organization_code and known.roll.members[member.id].active
    ]
    joining = [*((key, place(one)) for key, one in new), *moved]
    with_login = [(key, one.login) for key, one in new if one.login] + [
        (member.id, person.login) for member, person in plan.updated if person.login != member.person.login
    ]
    return [
        insert(
            "members",
            COLUMNS,
            ((key, known.roots[one.organization_code], *told(key, one), False, True, 0, 0, at) for key, one in new),
        ),
        each(
            """UPDATE members SET organization_id = ?, name = ?, alias = ?, joined_on = ?,
                 phone_key = ?, phone_sealed = ?, phone_index = ? WHERE id = ?""",
            ((*told(member.id, person), member.id) for member, person in plan.updated),
        ),
        each(
            "UPDATE memberships SET to_at = ? WHERE member_id = ? AND to_at IS NULL",
            ((at, key) for key, _ in moved),
        ),
        insert(
            "memberships",
            ("id", "member_id", "organization_id", "from_at"),
            ((one, key, to, at) for one, (key, to) in zip(_ids(len(joining)), joining, strict=True)),
        ),
        insert(
            "accounts",
            ("id", "login", "member_id", "created_at"),
            ((one, login, key, at) for one, (key, login) in zip(_ids(len(with_login)), with_login, strict=True)),
        ),
    ]


def _ids(count: int) -> list[UUID]:
    """In order, so that an index grows at its end: a third of the time for a city's members."""
    return sorted(uuid4() for _ in range(count))
