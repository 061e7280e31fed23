"""Members, and what each viewer may know of them."""

from datetime import date
from typing import Any
from uuid import UUID

import strawberry

import models
from models.members import MEMBERS, MEMBERS_BELOW, active, found, or_readable
from resolvers import visibility
from resolvers.directory import members
from rules import identity, phones
from rules.refusals import Checks, NotFound
from rules.roles import Scope
from schema import ids
from schema.context import Info
from schema.directory.organizations import Organization
from schema.node import Node, fetched_by
from schema.pages import Connection, page_of
from schema.points.entries import PointsEntry, entries_of

LONGEST_SEARCH = 100  # characters, as a name has

# ---------------------------------------------------------------- types


@strawberry.type(description="A member, under the name that boards may show. Known to everybody within its root.")
class Member(Node):
    row: strawberry.Private[models.Member]
    home: strawberry.Private[models.Organization | None]

    @classmethod
    def of(cls, row: models.Member, organization: models.Organization | None = None) -> "Member":
        """organization: where the member belongs, where it is loaded already."""
        return cls(
            id=strawberry.ID(ids.encode("Member", row.id)),
            row=row,
            home=organization,
            display_name=row.display_name,
        )

    @classmethod
    async def load(cls, info: Info, member_id: UUID) -> "Member":
        found = await info.context.members.load(member_id)
        assert found, "a member is never deleted"
        return cls.of(found)

    display_name: str = strawberry.field(
        description="The name that boards may show: an alias where the member chose one. Empty once erased."
    )

    @strawberry.field(
        description="The real name; for oneself and for SECRETARY and ADMIN there or above, null to others."
    )
    async def name(self, info: Info) -> str | None:
        return self.row.name if await self._readable(info) else None

    @strawberry.field(
        description="A former alias, set aside because it is another member's real name. Boards show a neutral "
        "one until the member chooses another. Null if there is none, and to those who may not read "
        "the name."
    )
    async def alias_set_aside(self, info: Info) -> str | None:
        return self.row.alias_set_aside if await self._readable(info) else None

    @strawberry.field(
        description="The whole number. Null to those who may not read the name. Reading another member's number "
        "is recorded in the audit log; use phoneMasked in lists."
    )
    async def phone(self, info: Info) -> str | None:
        if not await self._readable(info):
            return None
        if self.row.phone_key is not None:
            info.context.session.looks_at_phone(self.row.id)
        return self.row.phone

    @strawberry.field(description="The number as 138****8000, for lists. Null to those who may not read the name.")
    async def phone_masked(self, info: Info) -> str | None:
        found = self.row.phone if await self._readable(info) else None
        return None if found is None else phones.masked(found)

    @strawberry.field(description="The member's current or last organization.")
    def organization(self, info: Info) -> Organization:
        if self.home is not None:
            return Organization.of(self.home)
        return Organization.load(info, self.row.organization_id)  # type: ignore[return-value]  # awaited by the executor

    @strawberry.field(description="The day of joining. Null to those who may not read the name.")
    async def joined_on(self, info: Info) -> date | None:
        return self.row.joined_on if await self._readable(info) else None

    @strawberry.field(
        description="Whether the member is active and can sign in. Null to those who may not read the name."
    )
    async def active(self, info: Info) -> bool | None:
        return self.row.active if await self._readable(info) else None

    @strawberry.field(
        description="The points available to spend, never negative. The ledger's sum is balance − debt; one of "
        "the two is 0. Null to those who may not read the name."
    )
    async def balance(self, info: Info) -> int | None:
        return self.row.balance if await self._readable(info) else None

    @strawberry.field(
        description="The points to earn before the balance grows again, after deductions. Null to those who may "
        "not read the name."
    )
    async def debt(self, info: Info) -> int | None:
        return self.row.debt if await self._readable(info) else None

    @strawberry.field(description="The ledger, newest first. Null to those who may not read the name.")
    async def points_entries(
        self, info: Info, first: int | None = 20, after: str | None = None
    ) -> Connection[PointsEntry] | None:
        if not await self._readable(info):
            return None
        return await entries_of(info, self.row.id, first=20 if first is None else first, after=after)

    @strawberry.field(
        description="The surviving member, if this one was merged into another as the same person. Null "
        "otherwise, and to those who may not read the name."
    )
    async def merged_into(self, info: Info) -> "Member | None":
        if self.row.merged_into_id is None or not await self._readable(info):
            return None
        return await Member.load(info, self.row.merged_into_id)

    @strawberry.field(
        description="The members that were merged into this one. Null to those who may not read the name.",
    )
    async def merged_members(self, info: Info) -> list["Member"] | None:
        if not await self._readable(info):
            return None
        found = await info.context.by_key(("merged_members",), models.merges.duplicates).load(self.row.id)
        rows = await info.context.members.load_many(found or [])
        return [Member.of(one) for one in rows if one]

    async def _readable(self, info: Info) -> bool:
        session = info.context.session
        if not visibility.oneself(session, self.row.id):
            await info.context.lineages.load(self.row.organization_id)
        return visibility.personal(session, self.row)


def _like(search: str) -> str:
    """Anywhere in the text, each sign meaning itself."""
    for sign in "!%_":
        search = search.replace(sign, f"!{sign}")
    return f"%{search}%"


def _phones(search: str) -> tuple[str, ...]:
    """Numbers are encrypted, so that one is found as a whole or not at all."""
    number = phones.searched(search)
    return tuple(models.phones.indexes(number)) if number else ()


def _reading(info: Info) -> dict[str, Any]:
    """What `found` and `or_readable` ask for."""
    session = info.context.session
    own = (session.viewer and session.viewer.member_id) or visibility.NIL_ID
    return {"own": own, **visibility.places(session, Scope.PERSONAL_READ)}


def members_of(
    info: Info,
    organization: models.Organization,
    *,
    below: bool,
    search: str | None,
    inactive: bool,
    first: int,
    after: str | None,
) -> Any:
    """A page of an organization's members, or of those of everything below it too."""
    checks = Checks()
    search = checks.line(search, "search", most=LONGEST_SEARCH)
    checks.done()
    listing, values = MEMBERS_BELOW if below else MEMBERS, dict[str, Any]()
    if search:
        listing, values = (
            found(listing),
            {
                **_reading(info),
                "wanted": _like(search),
                "shown": identity.shown_key(search),  # a whole name, in whatever spelling
                "named": identity.name_key(search),
                "phones": _phones(search),
            },
        )
    if inactive:  # who left is shown to those who may read names
        listing, values = or_readable(listing), {**values, **_reading(info)}
    else:
        listing = active(listing)

    def wrap(row: models.Member) -> Member:
        return Member.of(row, organization if row.organization_id == organization.id else None)

    return page_of(info.context, listing, organization.id, wrap, first=first, after=after, yes=True, **values)


@fetched_by("Member")
async def _member(info: Info, key: list[str]) -> Member:
    return Member.of(await members.get_visible(info.context.session, UUID(key[0])))


# ---------------------------------------------------------------- inputs


@strawberry.input(description="A new member. Entered once; the login may come later.")
class CreateMemberInput:
    organization_id: strawberry.ID = strawberry.field(description="The member's organization.")
    name: str = strawberry.field(description="The real name, 1 to 100 characters.")
    alias: str | None = strawberry.field(
        default=None, description="Shown on boards instead of the name; up to 100 characters."
    )
    phone: str | None = strawberry.field(
        default=None,
        description="5 to 20 digits, with a leading + for numbers abroad; spaces and dashes are dropped. In any width.",
    )
    joined_on: date | None = strawberry.field(default=None, description="The day of joining, not in the future.")
    login: str | None = strawberry.field(
        default=None,
        description="To sign in with, in any case: 1 to 100 characters without spaces, nobody else's.",
    )
    password: str | None = strawberry.field(
        default=None, description="A first one, as docs/sign-in.md says; without it nobody can sign in yet."
    )
    another_person: bool = strawberry.field(
        default=False,
        description="Answers the refusal at `name`: somebody of this name is there already, and this is not them.",
    )


@strawberry.input(description="The changes; fields that are left out or null stay unchanged.")
class UpdateMemberInput:
    member_id: strawberry.ID = strawberry.field(description="The member.")
    name: str | None = strawberry.field(default=None, description="The real name, 1 to 100 characters.")
    phone: str | None = strawberry.field(default=None, description="As for a new member; an empty one is taken away.")
    joined_on: date | None = strawberry.field(default=None, description="The day of joining, not in the future.")
    login: str | None = strawberry.field(default=None, description="As for a new member.")
    password: str | None = strawberry.field(
        default=None, description="A new one, as docs/sign-in.md says. Ends the sessions of the member's account."
    )
    active: bool | None = strawberry.field(
        default=None,
        description="false: belongs nowhere from now on, and can't sign in. true: belongs again.",
    )


@strawberry.input(description="Another organization for a member.")
class MoveMemberInput:
    member_id: strawberry.ID = strawberry.field(description="The member.")
    organization_id: strawberry.ID = strawberry.field(description="The new organization, in the same root.")


@strawberry.input(description="The viewer's new privacy settings; fields that are left out or null stay unchanged.")
class UpdateMyPrivacyInput:
    alias: str | None = strawberry.field(
        default=None,
        description="Shown instead of the name, up to 100 characters; an empty one is taken away.",
    )
    hidden_on_boards: bool | None = strawberry.field(
        default=None, description="true: rows on boards keep their rank and name nobody."
    )


# ---------------------------------------------------------------- queries


@strawberry.type
class MemberQueries:
    @strawberry.field(description="A member; null if it does not exist, or the viewer may not see it.")
    async def member(self, info: Info, id: strawberry.ID) -> Member | None:
        try:
            return Member.of(await members.get_visible(info.context.session, ids.read(id, "Member")))
        except NotFound:
            return None
