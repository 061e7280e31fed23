"""The demo company: its tree, its 270 members, who holds roles, and the few dozen who can sign in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from random import Random
from uuid import UUID, uuid4

import models
from app.demo import tables
from app.demo.tables import BRANCHES, PLACES, ROOT_CODE, Place
from models import Account, Organization, OrganizationKind, RoleGrant, phones
from resolvers import passwords
from resolvers.directory import members, organizations, roles
from resolvers.session import Session, Viewer
from resolvers.signing import Signer
from resolvers.systems import ports
from rules.roles import Role

PASSWORD = "leitai-demo"
MARK = "demo"  # a row of `secrets`: this database holds the demo company and may be made anew
ACTION = "leitai demo"  # what the audit log says of its past
MEMBERS_SIGNING_IN = 3  # of each branch, besides its secretary and its reviewer
NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Clock:
    """Walks through the days before now."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Person:
    id: UUID
    name: str
    place: Place
    branch: str
    session: Session
    weight: float  # how often, compared with others
    login: str | None = None


@dataclass(slots=True)
class Company:
    clock: Clock
    chance: Random
    admin: Session
    organizations: dict[str, Organization] = field(default_factory=dict[str, Organization])
    people: list[Person] = field(default_factory=list[Person])
    secretaries: dict[str, Person] = field(default_factory=dict[str, Person])  # by code of the organization
    reviewers: dict[str, Person] = field(default_factory=dict[str, Person])


async def found(beginning: datetime, told: Callable[[], None], signer: Signer | None) -> Company:
    """Tree, members, roles and accounts, as of `beginning`. told: once for each member."""
    clock = Clock(beginning)
    kept = await passwords.hashed(PASSWORD)
    company = Company(clock, Random(tables.SEED), await _operator(clock, kept, signer))
    for place in PLACES:
        parent = company.organizations[place.parent].id if place.parent else None
        company.organizations[place.code] = await organizations.create(
            company.admin, parent_id=parent, code=place.code, name=place.name, kind=place.kind, time_zone=None
        )
    names = iter(tables.people(tables.MEMBERS, company.chance))
    logins = {branch.code: _logins(branch.code) for branch in BRANCHES}
    for place in PLACES:
        for _ in range(place.members):
            login = next(logins[branch_of(place)], None)
            company.people.append(await _joins(company, place, next(names), login))
            told()
    await Account.filter(member_id__not_isnull=True).update(password_hash=kept)
    await _hand_out_roles(company)
    return company


def branch_of(place: Place) -> str:
    assert place.parent
    return place.parent if place.kind is OrganizationKind.GROUP else place.code


def _logins(branch: str) -> Iterator[str]:
    """Secretary and reviewer come first in their branch; some members follow, of its groups too."""
    number = branch.removeprefix(f"{ROOT_CODE}-")
    yield f"secretary-{number}"
    yield f"reviewer-{number}"
    if branch == f"{ROOT_CODE}-8":
        yield "secretary"
        yield "reviewer"
    for index in range(1, MEMBERS_SIGNING_IN + 1):
        yield f"member-{number}-{index}"


async def _operator(clock: Clock, password_hash: str, signer: Signer | None) -> Session:
    account = await Account.create(login="admin", password_hash=password_hash, created_at=clock.at)
    grant = await RoleGrant.create(role=Role.ADMIN, account_id=account.id, starts_at=clock.at, created_at=clock.at)
    await models.kept_secrets.mark(MARK, "made")
    viewer = _viewer(account.id, "admin", None, (), grant)
    return Session(viewer, clock, ports(), signer=signer, operation=ACTION)


def _viewer(
    account_id: UUID, login: str, member_id: UUID | None, lineage: tuple[UUID, ...], *grants: RoleGrant
) -> Viewer:
    return Viewer(
        account_id=account_id,
        token_id=uuid4(),
        login=login,
        expires_at=NEVER,
        member_id=member_id,
        root_id=lineage[0] if lineage else None,
        place=lineage,
        grants=grants,
        role_grants=tuple(grant.as_rule() for grant in grants),
    )


async def _joins(company: Company, place: Place, name: str, login: str | None) -> Person:
    chance, number = company.chance, len(company.people) + 1
    home = company.organizations[place.code]
    years = (1975, 1995) if place.code == f"{ROOT_CODE}-9" else (1998, 2024)
    made = await members.create(
        company.admin,
        organization_id=home.id,
        name=name,
        alias=None,
        phone=f"1000000{number:04}" if phones.can_be_kept() else None,  # nobody's: no number in China begins so
        joined_on=date(chance.randint(*years), chance.randint(1, 12), chance.randint(1, 28)),
        login=login,
        password=None,
    )
    lineage = tuple(one.id for one in await company.admin.lineage(home.id))
    account = await Account.get(member_id=made.id) if login else None
    viewer = _viewer(account.id if account else uuid4(), login or "", made.id, lineage)
    lineages, signer = company.admin.lineages, company.admin.signer
    session = Session(viewer, company.clock, ports(), lineages=lineages, signer=signer, operation=ACTION)
    weight = place.keen * chance.lognormvariate(0, 0.9)
    return Person(made.id, name, place, branch_of(place), session, weight, login)


async def _hand_out_roles(company: Company) -> None:
    for person in company.people:
        kind, _, number = (person.login or "").partition("-")
        if kind not in ("secretary", "reviewer"):
            continue
        code = f"{ROOT_CODE}-{number}" if number else ROOT_CODE
        role = Role.SECRETARY if kind == "secretary" else Role.REVIEWER
        grant = await roles.grant(
            company.admin,
            member_id=person.id,
            organization_id=company.organizations[code].id,
            role=role,
            starts_at=None,
            ends_at=None,
        )
        known = person.session.viewer
        assert known
        person.session.viewer = _viewer(known.account_id, known.login, person.id, known.place, grant)
        (company.secretaries if role is Role.SECRETARY else company.reviewers)[code] = person
