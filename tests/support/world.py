"""A small world for stories: people by name in a company, the real schema, and a clock that stands until it is moved.

company = await world.company()
secretary = await world.member("王芳", at=company.first, roles=[Role.SECRETARY])
data = await world.ask(secretary, "query { viewer { member { displayName } } }")
world.clock.advance(hours=3)
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from strawberry.types import ExecutionResult
from tortoise.models import Model

import models
from models import Member, Organization, OrganizationKind
from resolvers import passwords, scheduler
from resolvers.accounts import sign_in
from resolvers.arena import tasks
from resolvers.audit_log import phone_reads
from resolvers.openid_provider import Provider
from resolvers.points import ledger
from resolvers.session import Announcement, Ports, Session
from resolvers.signing import Signer
from resolvers.systems import ports
from rules.roles import Role

SIGNING_KEY = bytes(range(32))
DATA_KEYS = f"test:{bytes(range(32, 64)).hex()}"  # as LEITAI_DATA_KEYS has them
PUBLIC_URL = "http://127.0.0.1:8000"  # as the settings have it
BEGINNING = datetime(2026, 3, 10, 2, tzinfo=UTC)  # ten in the morning in Shanghai, a Tuesday


class AnsweredWithErrors(Exception): ...  # where a test expected data


@dataclass
class Clock:
    now: datetime = BEGINNING

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **length: float) -> datetime:
        """As timedelta takes it: advance(days=1, hours=2)."""
        self.now += timedelta(**length)
        return self.now


@dataclass
class Person:
    """Somebody with an account and a good token. member None: an operator."""

    account: models.Account
    member: Member | None
    token: str
    token_expires_at: datetime

    @property
    def id(self) -> UUID:
        assert self.member, "an operator is no member"
        return self.member.id


@dataclass(frozen=True)
class Company:
    """公司党委 with two branches below it, one behind a general branch, and a group in the first."""

    root: Organization
    first: Organization
    second: Organization
    general: Organization
    third: Organization
    group: Organization


@dataclass
class World:
    clock: Clock = field(default_factory=Clock)
    announcements: list[Announcement] = field(default_factory=list[Announcement])
    signer: Signer | None = field(default_factory=lambda: Signer(SIGNING_KEY))
    provider: Provider | None = None

    @property
    def ports(self) -> Ports:
        return ports(self.announcements.append)

    async def company(self, code: str = "GS", time_zone: str = "Asia/Shanghai") -> Company:
        root = await self.organization("公司党委", code, OrganizationKind.COMMITTEE, time_zone=time_zone)
        first = await self.organization("第一党支部", f"{code}-1", below=root)
        second = await self.organization("第二党支部", f"{code}-2", below=root)
        general = await self.organization("机关党总支", f"{code}-J", OrganizationKind.GENERAL_BRANCH, below=root)
        third = await self.organization("机关第三党支部", f"{code}-J-3", below=general)
        group = await self.organization("第一党小组", f"{code}-1-1", OrganizationKind.GROUP, below=first)
        return Company(root, first, second, general, third, group)

    async def organization(
        self,
        name: str,
        code: str,
        kind: OrganizationKind = OrganizationKind.BRANCH,
        *,
        below: Organization | None = None,
        time_zone: str = "Asia/Shanghai",
    ) -> Organization:
        made = models.organizations.new(
            code=code, name=name, kind=kind, parent=below, time_zone=time_zone, at=self.clock.now
        )
        async with models.database.transaction():
            await models.organizations.insert(made)
            if below is None:
                await scheduler.begin(made.id, made.time_zone, made.settling_hours, self.clock.now)
            await models.clock.versions_for([made.id], made.root_id, self.clock.now)
        return made

    async def member(
        self,
        name: str,
        *,
        at: Organization,
        roles: Sequence[Role | tuple[Role, Organization]] = (),
        login: str | None = None,
        password: str | None = None,
        **fields: Any,
    ) -> Person:
        """A role alone holds where the member belongs. Only who has a password can sign in."""
        kept = await passwords.hashed(password) if password else None
        async with models.database.transaction():
            return await self._member(name, at, roles, login, kept, fields)

    async def members(self, count: int, *, at: Organization) -> list[Person]:
        """So many members at once: 党员1, 党员2, …"""
        async with models.database.transaction():
            return [await self._member(f"党员{number}", at, (), None, None, {}) for number in range(1, count + 1)]

    async def operator(self) -> Person:
        """The account that is no member: ADMIN everywhere."""
        async with models.database.transaction():
            account = await models.Account.create(login=f"operator-{uuid4()}", created_at=self.clock.now)
            await self._grant(Role.ADMIN, account_id=account.id)
            return await self._signed_in(account, None)

    async def grant(
        self,
        person: Person,
        role: Role,
        *,
        at: Organization,
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
    ) -> models.RoleGrant:
        return await self._grant(role, member_id=person.id, organization_id=at.id, starts_at=starts_at, ends_at=ends_at)

    async def _member(
        self,
        name: str,
        at: Organization,
        roles: Sequence[Role | tuple[Role, Organization]],
        login: str | None,
        password_hash: str | None,
        fields: dict[str, Any],
    ) -> Person:
        now = self.clock.now
        phone = fields.pop("phone", None)
        member = Member(root_id=at.root_id, organization_id=at.id, name=name, **{"created_at": now, **fields})
        member.update_from_dict(asdict(models.phones.seal(member.id, phone)))
        await models.members.insert(member, now)
        account = await models.Account.create(
            login=(login or f"login-{member.id}").casefold(),
            password_hash=password_hash,
            member_id=member.id,
            created_at=now,
        )
        for one in roles:
            role, place = one if isinstance(one, tuple) else (one, at)
            await self._grant(role, member_id=member.id, organization_id=place.id)
        return await self._signed_in(account, member)

    async def _grant(
        self,
        role: Role,
        *,
        member_id: UUID | None = None,
        account_id: UUID | None = None,
        organization_id: UUID | None = None,
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
    ) -> models.RoleGrant:
        return await models.RoleGrant.create(
            role=role,
            member_id=member_id,
            account_id=account_id,
            organization_id=organization_id,
            starts_at=starts_at or self.clock.now,
            ends_at=ends_at,
            created_at=self.clock.now,
        )

    async def _signed_in(self, account: models.Account, member: Member | None) -> Person:
        token, kept = await models.sessions.issue(account.id, self.clock.now)
        return Person(account, member, token, kept.expires_at)

    # ------------------------------------------------------------ asking

    async def session(self, person: Person | None) -> Session:
        """A fresh one, as each operation has it. None: nobody is signed in."""
        viewer = None
        if person:
            if person.token_expires_at <= self.clock.now:
                person.token, kept = await models.sessions.issue(person.account.id, self.clock.now)
                person.token_expires_at = kept.expires_at
            viewer = await sign_in.viewer_of(person.token, self.clock.now)
        own = {"public_url": PUBLIC_URL, "signer": self.signer, "provider": self.provider}
        return Session(viewer, self.clock, self.ports, **own)

    async def execute(self, person: Person | None, query: str, **variables: Any) -> ExecutionResult:
        """The raw result of one operation of the real schema."""
        from schema import schema
        from schema.context import Context

        context = Context(await self.session(person))
        result = await models.database.shielded(schema.execute(query, variable_values=variables, context_value=context))
        await phone_reads.keep(context.session)
        return result

    async def ask(self, person: Person | None, query: str, **variables: Any) -> dict[str, Any]:
        """The data; AnsweredWithErrors where there are errors."""
        result = await self.execute(person, query, **variables)
        if result.errors:
            raise AnsweredWithErrors(*result.errors) from result.errors[0].original_error
        assert result.data is not None
        return result.data

    @staticmethod
    def id(row: Model | Person) -> str:
        """The global id of a row."""
        from schema import ids

        found = row.member if isinstance(row, Person) else row
        return ids.encode(type(found).__name__, found.pk) if found else ""

    # ------------------------------------------------------------ living

    async def task(
        self, by: Person, *, at: Organization, title: str = "慰问困难党员", award: int = 10, **fields: Any
    ) -> models.Task:
        """A published task."""
        new = tasks.NewTask(organization_id=at.id, title=title, points=award, **fields)
        made = await tasks.create(await self.session(by), new)
        return await tasks.publish(await self.session(by), made.id)

    async def award(
        self, by: Person, to: Person | Organization, amount: int, *, reason: str = "志愿服务", **fields: Any
    ) -> models.PointsEntry:
        """An award by hand, with a key of its own unless one is given."""
        member = to if isinstance(to, Person) else None
        place = to if isinstance(to, Organization) else None
        return await ledger.award(
            await self.session(by),
            member_id=member.id if member else None,
            organization_id=place.id if place else None,
            amount=amount,
            reason=reason,
            occurred_at=fields.pop("occurred_at", None),
            key=fields.pop("key", None) or str(uuid4()),
        )

    async def let_time_write(self) -> int:
        """What time has to write by now, as the product does before every change and in the background."""
        return (await scheduler.run_due(self.clock.now, self.ports)).count

    @contextmanager
    def count_queries(self) -> Iterator[list[str]]:
        """The block's SQL statements, as they come; on PostgreSQL without those of `models.sql.execute`."""
        heard: list[str] = []

        class Listener(logging.Handler):
            def emit(self, record: logging.LogRecord) -> None:
                if record.args and isinstance(record.args, tuple):
                    heard.append(str(record.args[0]))

        logger, listener = logging.getLogger("tortoise.db_client"), Listener()
        before = logger.level
        logger.addHandler(listener)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False  # pytest would write out each of them
        try:
            yield heard
        finally:
            logger.propagate = True
            logger.setLevel(before)
            logger.removeHandler(listener)
