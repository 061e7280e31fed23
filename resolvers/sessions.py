"""Signing in and out, and who a token belongs to."""

import json
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID

import models
from models import Account, RoleGrant, sessions, sql
from resolvers import passwords
from resolvers.session import Service, Session, Viewer
from rules.refusals import Checks, TooManyAttempts, WrongCredentials

FREE_FAILURES = 5  # of one login, before waiting begins
LONGEST_WAIT = 300  # seconds; doubled with each further failure up to this
LONGEST_LOGIN = 100  # characters
REMEMBERED = 10_000  # logins; the one not tried for longest is forgotten first


class Throttle:
    """Growing waits after failures of one login, in this process. what: of which there were too many."""

    def __init__(self, what: str = "wrong passwords for this login") -> None:
        self._what = what
        self._failures: OrderedDict[str, tuple[int, datetime]] = OrderedDict()

    def check(self, login: str, now: datetime) -> None:
        failures, until = self._failures.get(login, (0, now))
        if failures >= FREE_FAILURES and until > now:
            seconds = ceil((until - now).total_seconds())
            message = f"Too many {self._what}; try again in {seconds} seconds."
            raise TooManyAttempts(message, seconds)

    def failed(self, login: str, now: datetime) -> None:
        failures = self._failures.pop(login, (0, now))[0] + 1
        wait = min(LONGEST_WAIT, 2 ** min(failures - FREE_FAILURES, 10)) if failures >= FREE_FAILURES else 0
        self._failures[login] = (failures, now + timedelta(seconds=wait))
        while len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)

    def succeeded(self, login: str) -> None:
        self._failures.pop(login, None)


throttle = Throttle()


async def viewer_of(token: str, at: datetime) -> Viewer | None:
    """Whose token it is, with the grants that hold at that moment; None: no longer good, or never was."""
    found = await viewers_by_digest([sessions.digest(token)], at)
    return next(iter(found.values()), None)


async def viewers_by_digest(digests: Iterable[str], at: datetime) -> dict[str, Viewer]:
    """The same for tokens that are known by their digest; those that are not good are missing. Three statements,
    however many."""
    found = await sessions.look_up(digests, at)
    viewers = await _viewers(found, at)
    return {one["token_hash"]: viewers[sql.uid(one["token_id"])] for one in found}


async def viewers_of(token_ids: Iterable[UUID], at: datetime) -> dict[UUID, Viewer]:
    """By token, those that are still good: three statements, however many."""
    return await _viewers(await sessions.look_up_again(token_ids, at), at)


async def _viewers(found: Sequence[dict[str, Any]], at: datetime) -> dict[UUID, Viewer]:
    if not found:
        return {}
    accounts = {sql.uid(one["account_id"]) for one in found}
    members = {sql.uid(one["member_id"]) for one in found if one["member_id"]}
    grants = await models.roles.held(accounts, members, at)
    homes = {sql.uid(one["organization_id"]) for one in found if one["organization_id"]}
    places = {
        home: tuple(one.id for one in line) for home, line in (await models.organizations.lineages(homes)).items()
    }
    held: dict[UUID | None, list[RoleGrant]] = {}
    for grant in grants:
        held.setdefault(grant.account_id or grant.member_id, []).append(grant)
    viewers: dict[UUID, Viewer] = {}
    for one in found:
        account_id = sql.uid(one["account_id"])
        member_id = sql.uid(one["member_id"]) if one["member_id"] else None
        own = tuple(
            sorted(
                held.get(account_id, []) + (held.get(member_id, []) if member_id else []),
                key=lambda grant: (grant.starts_at, grant.id),
            )
        )
        token_id = sql.uid(one["token_id"])
        viewers[token_id] = Viewer(
            account_id=account_id,
            token_id=token_id,
            login=one["login"],
            expires_at=sql.instant(one["expires_at"]),
            member_id=member_id,
            root_id=sql.uid(one["root_id"]) if one["root_id"] else None,
            place=places[sql.uid(one["organization_id"])] if one["organization_id"] else (),
            grants=own,
            rules=tuple(grant.as_rule() for grant in own),
            display_id=sql.uid(one["display_id"]) if one["display_id"] else None,
            service=_service(one),
        )
    return viewers


def _service(found: dict[str, Any]) -> Service | None:
    if not found["service_at"]:
        return None
    rules = found["service_rules"]
    return Service(sql.uid(found["service_at"]), None if rules is None else frozenset(json.loads(rules)))


async def sign_in(session: Session, login: str, password: str) -> tuple[str, Viewer]:
    """A new token and its viewer. What was wrong, or whether the login exists, WrongCredentials does not say."""
    now = session.now()
    login = login.strip().casefold()[: LONGEST_LOGIN + 1]  # a longer one is nobody's, and not remembered
    throttle.check(login, now)
    known = len(login) <= LONGEST_LOGIN and _sayable(login)
    account = await Account.get_or_none(login=login) if known else None
    if not await _matches(account, password) or account is None:
        throttle.failed(login, now)
        raise WrongCredentials("Login or password is wrong.")
    throttle.succeeded(login)
    async with models.database.transaction():
        token, _ = await sessions.issue(account.id, now)
        viewer = await viewer_of(token, now)
        if viewer is None:  # an inactive member
            raise WrongCredentials("Login or password is wrong.")
    session.viewer = viewer
    return token, viewer


async def _matches(account: Account | None, password: str) -> bool:
    kept = account.password_hash if account and _sayable(password) else None
    return await passwords.matches(kept, password.encode(errors="replace").decode())


def _sayable(text: str) -> bool:
    """Neither a lone surrogate nor a NUL, which JSON can carry and no database or hash takes."""
    return "\0" not in text and not any(0xD800 <= ord(letter) <= 0xDFFF for letter in text)


async def sign_out(session: Session) -> None:
    viewer = session.signed_in()
    async with session.work() as work:
        await sessions.revoke(viewer.token_id, work.now)
        work.change_rights()


async def change_password(session: Session, old: str, new: str) -> Viewer:
    """Ends the account's other sessions."""
    viewer = session.signed_in()
    throttle.check(viewer.login, session.now())
    checks = Checks()
    checks.that(_sayable(new), "newPassword", "newPassword is not valid Unicode text.")
    passwords.check(checks, new, "newPassword")
    checks.done()
    account = await Account.get(id=viewer.account_id)
    if not await _matches(account, old):
        throttle.failed(viewer.login, session.now())
        raise WrongCredentials("The old password is wrong.")
    throttle.succeeded(viewer.login)
    kept = await passwords.hashed(new)
    async with session.work() as work:
        await Account.filter(id=viewer.account_id).update(password_hash=kept)
        await sessions.revoke_others(viewer.account_id, work.now, keep=viewer.token_id)
        work.change_rights()
    return viewer
