"""Bringing members, where they belong, and their accounts to what a file says."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4

import models
from models import importing, phones
from models.bulk import Bulk, insert
from resolvers.directory import namesakes
from resolvers.imports.run import ChangedMeanwhile, Report, Run, touch, touch_everything
from resolvers.session import Work
from rules import identity, periods, texts, typed
from rules.imports import previews
from rules.imports.matching_members import KnownMember, Namesakes, Person, Shown
from rules.imports.members import MembersPlan, check_members
from rules.imports.spreadsheets import Row
from rules.phones import normal

COLUMNS = (
    *("id", "root_id", "organization_id", "name", "alias", "joined_on"),
    *("phone_key", "phone_sealed", "phone_index", "name_key", "shown_key"),
    *("hidden_on_boards", "active", "balance", "debt", "created_at"),
)


@dataclass(frozen=True, slots=True)
class Known:
    """ids, roots: of organizations, by code."""

    ids: Mapping[str, UUID]
    roots: Mapping[str, UUID]
    roll: importing.Roll


async def bring(rows: Sequence[Row], run: Run, namesakes_are: Namesakes = Namesakes.ASK) -> Report:
    organizations = (await importing.tree()).organizations
    ids = {one.code: one.id for one in organizations}
    codes = {one.id: one.code for one in organizations}
    roots = {one.code: one.root_id for one in organizations}
    named = {ids[code] for row in rows if (code := texts.line(row.cells["organization_code"])) in ids}
    logins = {typed.login(row.cells["login"]) for row in rows if row.cells["login"]}
    numbers = {normal(row.cells["phone"]) for row in rows if row.cells["phone"]}
    here = {roots[codes[one]] for one in named}
    roll = await importing.roll(named, logins, importing.WithPhones(here, numbers), run.at)
    known = Known(ids, roots, roll)
    today = max(
        (periods.local_day(run.at, zone) for zone in {one.time_zone for one in organizations}),
        default=run.at.date(),
    )
    merged = frozenset(one.id for one in known.roll.members.values() if one.merged)
    closed = frozenset(one.code for one in organizations if one.closed)
    everyone = [
        KnownMember(
            one.id,
            Person(codes[one.organization_id], one.name, one.alias, one.phone, one.joined_on, one.login),
            one.active,
        )
        for one in known.roll.members.values()
    ]
    check = partial(check_members, shown_before=await _shown_as(rows, roots), namesakes=namesakes_are)
    plan = await asyncio.to_thread(check, rows, known.roots, everyone, known.roll.taken, today, closed, merged)
    if run.check:
        people = [*plan.created, *(person for _, person in plan.updated)]
        if models.database.dialect() == "postgres" and any(person.phone for person in people):
            phones.current()  # NoDataKey now rather than later; SQLite makes its key when it is needed
        counts = len(plan.created), len(plan.updated), plan.unchanged
        return Report(*counts, preview=previews.of_members(plan))
    if not plan.created and not plan.updated:
        return run.nothing_to_do(plan.unchanged)
    await models.database.shielded(_write(run, plan, known))
    return Report(len(plan.created), len(plan.updated), plan.unchanged)


async def _shown_as(rows: Sequence[Row], roots: Mapping[str, UUID]) -> Shown:
    """Who is shown under one of the file's aliases."""
    looks: dict[UUID, dict[str, str]] = {}
    for row in rows:
        alias, root = row.cells["alias"], roots.get(texts.line(row.cells["organization_code"]))
        if alias and root:
            looks.setdefault(root, {})[identity.shown_key(alias)] = identity.look(alias)
    found = {root: await models.namesakes.shown_of(root, keys) for root, keys in looks.items()}
    return {(root, looks[root][key]): who for root, some in found.items() for key, who in some.items()}


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
        await _names_win(work, plan, known)
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
    if made and await importing.ids_with_phones(roll.phones, run.at) - roll.members.keys():
        raise ChangedMeanwhile("somebody has one of these phones now")


async def _names_win(work: Work, plan: MembersPlan, known: Known) -> None:
    """Older aliases that look like a real name which is shown from now on are set aside."""
    shown: dict[UUID, set[str]] = {}
    renamed = [person for member, person in plan.updated if _shown(member.person)[1:] != _shown(person)[1:]]
    for one in (*plan.created, *renamed):
        if one.alias is None:
            shown.setdefault(known.roots[one.organization_code], set()).add(identity.shown_key(one.name))
    for root in sorted(shown):
        await work.position(root)
        aliases = await models.namesakes.aliases(root)
        owners = [one for key in shown[root] & aliases.keys() for one in aliases[key]]
        if owners:
            await namesakes.set_all_aside(work, owners)
            touch_everything(work, [root])


def _shown(person: Person) -> tuple[str, str, str | None]:
    return person.organization_code, person.name, person.alias


def _bulks(at: datetime, plan: MembersPlan, known: Known) -> list[Bulk]:
    new = [*zip(_ids(len(plan.created)), plan.created, strict=True)]

    def place(one: Person) -> UUID:
        return known.ids[one.organization_code]

    def told(key: UUID, one: Person) -> tuple[object, ...]:
        sealed = phones.seal(key, one.phone)
        phone = sealed.phone_key, sealed.phone_sealed, sealed.phone_index
        keys = models.members.keys(one.name, one.alias)
        return place(one), one.name, one.alias, one.joined_on, *phone, keys["name_key"], keys["shown_key"]

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
        importing.change_members((*told(member.id, person), member.id) for member, person in plan.updated),
        importing.drop_set_aside(member.id for member, person in plan.updated if member.person.alias != person.alias),
        importing.end_memberships(at, (key for key, _ in moved)),
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
