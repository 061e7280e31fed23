"""Signing in and out, and who a token belongs to."""

from collections import OrderedDict
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

import models
from models import Account, sessions, sql
from resolvers import passwords
from resolvers.session import Session, Viewer
from rules.refusals import Checks, NotAllowed, TooManyAttempts, WrongCredentials

FREE_FAILURES = 5  # of one login, before waiting begins
LONGEST_WAIT = 300  # seconds; doubled with each further failure up to this
LONGEST_LOGIN = 100  # characters
REMEMBERED = 10_000  # logins; the one not tried for longest is forgotten first


class Throttle:
    """Growing waits after failures of one login, in this process."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, tuple[int, datetime]] = OrderedDict()

    def check(self, login: str, now: datetime) -> None:
        failures, until = self._failures.get(login, (0, now))
        if failures >= FREE_FAILURES and until > now:
            seconds = ceil((until - now).total_seconds())
            message = f"Too many wrong passwords for this login; try again in {seconds} seconds."
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
    found = await sessions.look_up(token, at)
    if found is None:
        return None
    account_id = sql.uid(found["account_id"])
    member_id = sql.uid(found["member_id"]) if found["member_id"] else None
    grants = tuple(await models.roles.held(account_id, member_id, at))
    place: tuple[UUID, ...] = ()
    if found["organization_id"]:
        home = sql.uid(found["organization_id"])
        place = tuple(one.id for one in (await models.organizations.lineages([home]))[home])
    return Viewer(
        account_id=account_id,
        token_id=sql.uid(found["token_id"]),
        login=found["login"],
        expires_at=sql.instant(found["expires_at"]),
        member_id=member_id,
        root_id=sql.uid(found["root_id"]) if found["root_id"] else None,
        place=place,
        grants=grants,
        rules=tuple(grant.as_rule() for grant in grants),
    )


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
    if session.viewer is None:
        raise NotAllowed("You are not signed in.")
    await sessions.revoke(session.viewer.token_id, session.now())


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
    return viewer
