"""Members, where they belonged when, and what they may spend."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from models import phones, sql
from models.bulk import chunks
from models.database import dialect
from models.pages import Listing, at_or_below, narrowed
from rules import identity

AT_ONCE = 5_000  # ids in one list: SQLite takes 32,766 values in a statement
MADE_AT_ONCE = 250  # members between two turns of the loop: some 15 ms


class Member(Model):
    id = fields.UUIDField(primary_key=True, default=uuid4)
    root_id = fields.UUIDField()
    organization_id = fields.UUIDField()
    name = fields.CharField(max_length=100)
    alias = fields.CharField(max_length=100, null=True)
    phone_key = fields.CharField(max_length=16, null=True)  # the three of a number, as models.phones makes them
    phone_sealed = fields.CharField(max_length=120, null=True)
    phone_index = fields.CharField(max_length=32, null=True)
    joined_on = fields.DateField(null=True)
    hidden_on_boards = fields.BooleanField(default=False)
    active = fields.BooleanField(default=True)
    balance = fields.BigIntField(default=0)
    debt = fields.BigIntField(default=0)
    merged_into_id = fields.UUIDField(null=True)  # the member that is the same person, as whom it counts
    duplicates = fields.IntField(default=0)  # how many were merged into this one
    created_at = fields.DatetimeField()
    name_key = fields.CharField(max_length=32, null=True)  # with shown_key, as rules.identity makes them
    shown_key = fields.CharField(max_length=32, null=True)
    alias_set_aside = fields.CharField(max_length=100, null=True)  # another's name: no longer shown
    erased_at = fields.DatetimeField(null=True)  # since then a nameless row, so that what counted goes on counting

    class Meta(Model.Meta):
        table = "members"

    @property
    def display_name(self) -> str:
        return self.alias or self.name

    @property
    def phone(self) -> str | None:
        """NoDataKey, PhoneIsBroken."""
        return phones.opened(self.id, self.phone_key, self.phone_sealed)


class Membership(Model):
    """[from_at, to_at): at any instant at most one per member (unique where to_at is null)."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    member_id = fields.UUIDField()
    organization_id = fields.UUIDField()
    from_at = fields.DatetimeField()
    to_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "memberships"


def keys(name: str, alias: str | None) -> dict[str, str]:
    """The columns by which a name is found in each spelling; to be written whenever one of the two is."""
    return {"name_key": identity.name_key(name), "shown_key": identity.shown_key(alias or name)}


async def insert(member: Member, at: datetime) -> None:
    member.update_from_dict(keys(member.name, member.alias))
    await member.save(force_create=True)
    await Membership.create(member_id=member.id, organization_id=member.organization_id, from_at=at)


async def locked(member_id: UUID) -> Member | None:
    """As it now stands; nobody else changes it until the transaction ends."""
    await sql.execute("UPDATE members SET name = name WHERE id = :id", id=member_id)
    return await Member.get_or_none(id=member_id)


@dataclass(frozen=True, slots=True)
class Locked:
    """An active member, locked. duplicates: how many were merged into it."""

    duplicates: int


async def lock_active(member_id: UUID) -> Locked | None:
    """Until the transaction ends. None: it is no longer here."""
    found = await sql.value(
        "UPDATE members SET name = name WHERE id = :id AND active = :yes RETURNING duplicates", id=member_id, yes=True
    )
    return None if found is None else Locked(found)


_PERSONS = """SELECT id FROM members WHERE id IN :ids UNION
  SELECT merged_into_id FROM members WHERE id IN :ids AND merged_into_id IS NOT NULL"""
# PostgreSQL checks a row again that changed while it was waited for. An array stays as it was found; with a subquery
# in its place a row was missing once among many writers.
PERSONS_LOCKED = {
    "sqlite": f"SELECT * FROM members WHERE id IN ({_PERSONS}) ORDER BY id",  # has one writer
    "postgres": f"SELECT * FROM members WHERE id = ANY(ARRAY({_PERSONS})) ORDER BY id FOR NO KEY UPDATE",
}


async def all_locked(ids: Iterable[UUID]) -> dict[UUID, Member]:
    """As they now stand, locked in the order of their ids; nobody else changes them until the transaction ends."""
    lock = "FOR NO KEY UPDATE" if dialect() == "postgres" else ""  # SQLite has one writer
    found: dict[UUID, Member] = {}
    for some in chunks(sorted(set(ids)), AT_ONCE):
        rows = await sql.models(Member, f"SELECT * FROM members WHERE id IN :ids ORDER BY id {lock}", ids=some)
        found |= {one.id: one for one in rows}
    return found


async def persons_locked(ids: Iterable[UUID]) -> dict[UUID, Member]:
    """These, and the survivors of those that were merged, all in the order of their ids as a merge locks them."""
    wanted = set(ids)
    found: dict[UUID, Member] = {}
    for some in chunks(sorted(wanted), AT_ONCE):
        rows = await sql.models(Member, PERSONS_LOCKED[dialect()], ids=some)
        found |= {one.id: one for one in rows}
    merged = {one.merged_into_id for one in found.values() if one.merged_into_id}
    return found | await all_locked((wanted | merged) - found.keys())  # what was merged just then


async def set_active(member: Member, active: bool, at: datetime) -> None:
    """Inactive: belongs nowhere from now on. Active again: belongs anew to the organization it has."""
    await Member.filter(id=member.id).update(active=active)
    if active and not member.active:
        await Membership.create(member_id=member.id, organization_id=member.organization_id, from_at=at)
    elif not active:
        await leave(member.id, at)
    member.active = active


async def leave(member_id: UUID, at: datetime) -> datetime:
    """When the open membership ended: at that instant, or as it began where another process's clock began it later."""
    ended = await sql.value(
        """UPDATE memberships SET to_at = CASE WHEN from_at > :at THEN from_at ELSE :at END
           WHERE member_id = :member AND to_at IS NULL RETURNING to_at""",
        member=member_id,
        at=at,
    )
    return at if ended is None else sql.instant(ended)


async def move(member: Member, organization_id: UUID, at: datetime) -> None:
    """Close the open membership and open the next, in one transaction."""
    await Member.filter(id=member.id).update(organization_id=organization_id)
    if member.active:
        left_at = await leave(member.id, at)
        await Membership.create(member_id=member.id, organization_id=organization_id, from_at=left_at)
    member.organization_id = organization_id


async def organization_at(member: Member, at: datetime) -> UUID:
    """Where the member belonged then; before the first membership the first, while inactive the last before."""
    found = await sql.value(
        """SELECT organization_id FROM memberships WHERE member_id = :member AND from_at <= :at
           ORDER BY from_at DESC, CASE WHEN to_at IS NULL THEN 0 ELSE 1 END, to_at DESC LIMIT 1""",
        member=member.id,
        at=at,
    ) or await sql.value(
        "SELECT organization_id FROM memberships WHERE member_id = :member ORDER BY from_at LIMIT 1",
        member=member.id,
    )
    return sql.uid(found) if found else member.organization_id


def _stay_at(stays: Sequence[Membership], at: datetime) -> UUID | None:
    """As `organization_at`, of stays in the order of their beginnings, an open one last."""
    begun = [one for one in stays if one.from_at <= at]
    return (begun or stays[:1])[-1].organization_id if stays else None


async def organizations_at(wanted: Mapping[Member, Iterable[datetime]]) -> dict[tuple[UUID, datetime], UUID]:
    """`organization_at` for many members and moments. One statement for each AT_ONCE of members."""
    stays: dict[UUID, list[Membership]] = {}
    for some in chunks([member.id for member in wanted], AT_ONCE):
        for one in await sql.models(
            Membership,
            """SELECT * FROM memberships WHERE member_id IN :ids
               ORDER BY from_at, CASE WHEN to_at IS NULL THEN 1 ELSE 0 END, to_at""",
            ids=some,
        ):
            stays.setdefault(one.member_id, []).append(one)
    return {
        (member.id, at): _stay_at(stays.get(member.id, ()), at) or member.organization_id
        for member, moments in wanted.items()
        for at in moments
    }


async def by_ids(ids: Iterable[UUID]) -> dict[UUID, Member]:
    """One statement for each MADE_AT_ONCE."""
    found: dict[UUID, Member] = {}
    for some in chunks(set(ids), MADE_AT_ONCE):
        made = await sql.models(Member, "SELECT * FROM members WHERE id IN :ids", ids=some)
        found |= {one.id: one for one in made}
    return found


async def credit(member_id: UUID, amount: int) -> None:
    """Move balance − debt by amount; both stay ≥ 0 and one of them 0. Of a duplicate: its survivor's."""
    if not await _credit(member_id, amount):
        kept = (await persons_locked([member_id]))[member_id]
        await _credit(kept.merged_into_id or member_id, amount)


async def _credit(member_id: UUID, amount: int) -> bool:
    """False: the member is a duplicate, by now."""
    return bool(
        await sql.execute(
            """UPDATE members SET
                 balance = CASE WHEN balance - debt + :amount > 0 THEN balance - debt + :amount ELSE 0 END,
                 debt = CASE WHEN balance - debt + :amount < 0 THEN debt - balance - :amount ELSE 0 END
               WHERE id = :member AND merged_into_id IS NULL""",
            amount=amount,
            member=member_id,
        )
    )


async def credit_all(amounts: Mapping[UUID, int]) -> None:
    """`credit` for many members, none a duplicate, whose rows are locked already. One statement."""
    moved = {member: amount for member, amount in amounts.items() if amount}
    if moved:
        await sql.execute(
            f"""UPDATE members SET
                 balance = CASE WHEN balance - debt + amount > 0 THEN balance - debt + amount ELSE 0 END,
                 debt = CASE WHEN balance - debt + amount < 0 THEN debt - balance - amount ELSE 0 END
               FROM {sql.table("moved", {"member": "uuid", "amount": "bigint"})} WHERE members.id = moved.member""",
            moved=sql.packed({"member": member, "amount": amount} for member, amount in moved.items()),
        )


async def spend(member_id: UUID, amount: int) -> int | None:
    """Out of the balance. None: done; else how little there is in it."""
    paid = await sql.execute(
        "UPDATE members SET balance = balance - :amount WHERE id = :id AND balance >= :amount",
        id=member_id,
        amount=amount,
    )
    return None if paid else await sql.value("SELECT balance FROM members WHERE id = :id", id=member_id)


async def places_of(member_id: UUID) -> list[UUID]:
    """Every organization the member ever belonged to: the boards on which it may stand."""
    found = await sql.rows(
        """SELECT organization_id FROM memberships WHERE member_id = :member
           UNION SELECT organization_id FROM members WHERE id = :member
           UNION SELECT organization_id FROM points_entries WHERE member_id = :member""",
        member=member_id,
    )
    return sql.uids(one["organization_id"] for one in found)


async def purse(member_id: UUID) -> dict[str, int]:
    """balance and debt, as the table holds them now."""
    found = await sql.row("SELECT balance, debt FROM members WHERE id = :id", id=member_id)
    assert found
    return found


# ---------------------------------------------------------------- lists

# By when they were entered, not by name: the order, and the cursors made of it, would tell real names.
MEMBERS = Listing(Member, "members t", "t.organization_id", (("created_at", False), ("id", False)))
MEMBERS_BELOW = Listing(
    Member,
    "members t JOIN organization_paths p ON p.descendant_id = t.organization_id",
    "p.ancestor_id",
    (("created_at", False), ("id", False)),
)
# Where the viewer may read real names.
READABLE = f"(t.id = :own OR {at_or_below('t.organization_id')})"
FOUND = f"""(LOWER(COALESCE(t.alias, t.name)) LIKE LOWER(:wanted) ESCAPE '!' OR t.shown_key = :shown OR
  ((LOWER(t.name) LIKE LOWER(:wanted) ESCAPE '!' OR t.name_key = :named OR t.phone_index IN :phones) AND {READABLE}))"""


def found(listing: Listing[Member]) -> Listing[Member]:
    """Those whose shown name is :wanted or :shown; where the viewer may read real names, also by name and phone."""
    return narrowed(listing, FOUND)


def active(listing: Listing[Member]) -> Listing[Member]:
    return narrowed(listing, "t.active = :yes")


def or_readable(listing: Listing[Member]) -> Listing[Member]:
    """Active members, and those who left where the viewer may read real names."""
    return narrowed(listing, f"t.active = :yes OR {READABLE}")
