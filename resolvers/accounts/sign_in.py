"""Signing in and out, and who a token belongs to."""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import models
from models import Account, AuthToken, RoleGrant, sessions, sql
from models.bulk import unhurried
from resolvers import audit, passwords
from resolvers.accounts import rate_limits
from resolvers.accounts.rate_limits import Growing, Limit, Paced
from resolvers.audit import Subject
from resolvers.audit_log import phone_reads
from resolvers.session import Service, Session, Viewer, Work
from rules import typed
from rules.ip_networks import network
from rules.refusals import Checks, NotFound, TooManyAttempts, WrongCredentials
from rules.texts import sayable

FREE_FAILURES = 5  # of one login from one address: a typo, the old password, the wrong keyboard
FREE_ELSEWHERE = 50  # of one login from all addresses where it is not familiar: somebody tries from many at once
LONGEST_WAIT = 300  # seconds; 300 guesses a day find no password of eight characters
WRONG = "Login or password is wrong."
WRONG_OLD = "The old password is wrong."
LONGEST_LOGIN = 100  # characters
AT_ONCE = 250  # tokens, whose viewers take some 15 ms
FAMILIAR = timedelta(days=30)  # since the login's last sign-in from an address

# A company of 2,000 behind one address, of whom every tenth mistypes between eight and nine, fails 200 times; this
# takes 50 at once and 720 an hour, of which a worker hashes for three minutes.
OF_ADDRESS = Paced("address", 50, timedelta(seconds=5), "failed attempts from this address")
OF_LOGIN = Growing("login", FREE_ELSEWHERE, timedelta(seconds=LONGEST_WAIT), "wrong passwords for this login")
OF_LOGIN_HERE = Growing("login here", FREE_FAILURES, timedelta(seconds=LONGEST_WAIT), "wrong passwords for this login")
# A guess needs a token here, so that nobody can keep the owner from it, nor the owner's guesses from signing in.
OF_OLD_PASSWORD = Growing("old password", FREE_FAILURES, timedelta(seconds=LONGEST_WAIT), "wrong old passwords")


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
    """By token, those that are still good: three statements for each AT_ONCE, between which others have their turn.
    All at that moment; of rights that change while it looks some may show, and whoever reads their position first will
    look again."""
    viewers: dict[UUID, Viewer] = {}
    async for some in unhurried(token_ids, AT_ONCE):
        viewers |= await _viewers(await sessions.look_up_again(some, at), at)
    return viewers


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
    survivors = {sql.uid(one["member_id"]) for one in found if one["duplicates"]}
    duplicates = await models.merges.duplicates(survivors) if survivors else {}
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
            role_grants=tuple(grant.as_rule() for grant in own),
            display_id=sql.uid(one["display_id"]) if one["display_id"] else None,
            service=_service(one),
            duplicates=tuple(duplicates.get(member_id, ())) if member_id else (),
        )
    return viewers


def _service(found: dict[str, Any]) -> Service | None:
    if not found["service_at"]:
        return None
    rules = found["service_rules"]
    return Service(sql.uid(found["service_at"]), None if rules is None else frozenset(json.loads(rules)))


async def own(session: Session, token_id: UUID) -> AuthToken:
    """One of the viewer's own that is good. NotFound: there is none."""
    viewer = session.signed_in()
    found = await AuthToken.get_or_none(
        id=token_id, account_id=viewer.account_id, revoked_at=None, expires_at__gt=session.now()
    )
    if found is None:
        raise NotFound("You have no such session, or it has ended.")
    return found


async def sign_in(session: Session, login: str, password: str) -> tuple[str, Viewer]:
    """A new token and its viewer. What was wrong, or whether the login exists, WrongCredentials does not say.

    Failures count against the address, and against the login at this address. Where the login signed in within
    FAMILIAR before, no other address's failures are held against it: whoever goes on guessing keeps no owner out.
    """
    now = session.now()
    as_written = login.strip().casefold()[: LONGEST_LOGIN + 1]  # a longer one is nobody's
    login = typed.login_typed(login)[: LONGEST_LOGIN + 1]
    address = network(session.address)
    here = f"{login}\n{address}"
    limits: list[tuple[Limit, str]] = [(OF_ADDRESS, address), (OF_LOGIN_HERE, here)]
    if not await rate_limits.familiar(here, now):
        limits.append((OF_LOGIN, login))
    try:
        counted = await rate_limits.take(now, *limits)
    except TooManyAttempts:
        await phone_reads.refused(session, login if len(login) <= LONGEST_LOGIN and sayable(login) else "")
        raise
    account = await account_of(as_written, login)
    try:
        right = await _matches(account, password)
    except passwords.TooBusy:
        await rate_limits.give_back(counted, now)
        raise
    if not right or account is None:
        raise WrongCredentials(WRONG)
    async with models.database.transaction():
        token, viewer = await begun(session, account, now, proved_by=account.password_hash)
    await rate_limits.give_back(counted, now)
    await rate_limits.begin_anew(counted[1])
    await rate_limits.familiarize(here, now + FAMILIAR)
    if account.password_hash and passwords.outdated(account.password_hash):
        with suppress(passwords.TooBusy):  # then the next time
            kept = await passwords.hashed(password)
            await sessions.change_password(account.id, account.password_hash, kept)
    session.viewer = viewer
    return token, viewer


async def account_of(*logins: str) -> Account | None:
    """The first of these that somebody has, as accounts keep it. An older release kept some without regard to case
    alone."""
    known = [one for one in logins if 1 <= len(one) <= LONGEST_LOGIN and sayable(one)]
    found = {one.login: one for one in await Account.filter(login__in=known)} if known else {}
    return next((found[one] for one in known if one in found), None)


async def begun(
    session: Session, account: Account, now: datetime, *, proved_by: str | None = None
) -> tuple[str, Viewer]:
    """A session of somebody who has proved to be the account's owner. proved_by: the hash of the password that proved
    it, if one did. WrongCredentials: not one of the active, or the password has changed since. Inside a transaction."""
    # whoever ends the account's sessions meanwhile would not see this one: it comes before them, or not at all
    if account.member_id is not None and not await models.members.lock_active(account.member_id):
        raise WrongCredentials(WRONG)
    if proved_by is not None and not await sessions.lock_account(account.id, proved_by):
        raise WrongCredentials(WRONG)
    token, _ = await sessions.issue(account.id, now)
    viewer = await viewer_of(token, now)
    if viewer is None:  # a screen that was revoked
        raise WrongCredentials(WRONG)
    await audit.write(now, replace(session, viewer=viewer).actor(), [_itself(viewer)])
    return token, viewer


def _itself(viewer: Viewer) -> Subject:
    """An account, for the audit log."""
    members = [viewer.member_id] if viewer.member_id else []
    return Subject("Account", [viewer.account_id], viewer.root_id, viewer.home, members)


async def _matches(account: Account | None, password: str) -> bool:
    kept = account.password_hash if account and sayable(password) else None
    return await passwords.matches(kept, password.encode(errors="replace").decode())


async def sign_out(session: Session) -> None:
    viewer = session.signed_in()
    async with session.work() as work:
        await sessions.revoke(viewer.token_id, work.now)
        work.change_rights()
        _audit(work, viewer)


async def revoke(session: Session, token_id: UUID) -> None:
    """One of the viewer's own; the one that asks too."""
    viewer, found = session.signed_in(), await own(session, token_id)
    async with session.work() as work:
        await sessions.revoke(found.id, work.now)
        work.change_rights()
        work.audit("Session", found.id, root=viewer.root_id, at=viewer.home, members=[viewer.member_id])


async def revoke_others(session: Session) -> int:
    """All of the viewer's own but the one that asks; how many were good."""
    viewer = session.signed_in()
    async with session.work() as work:
        count = await sessions.revoke_others(viewer.account_id, work.now, keep=viewer.token_id)
        work.change_rights()
        _audit(work, viewer, ended=count)
    return count


async def change_password(session: Session, old: str, new: str) -> Viewer:
    """Ends the account's other sessions."""
    viewer = session.signed_in()
    checks = Checks()
    checks.that(sayable(new), "newPassword", "newPassword is not valid Unicode text.")
    checks.that(new != old, "newPassword", "The new password is the old one; choose another.")
    account = await Account.get(id=viewer.account_id)
    passwords.check(checks, new, "newPassword", await passwords.known_of(account))
    checks.done()
    counted = await rate_limits.take(session.now(), (OF_OLD_PASSWORD, str(viewer.account_id)))
    try:
        right = await _matches(account, old)
        kept = await passwords.hashed(new) if right else ""
    except passwords.TooBusy:
        await rate_limits.give_back(counted, session.now())
        raise
    if not right or account.password_hash is None:
        raise WrongCredentials(WRONG_OLD)
    async with session.work() as work:
        if not await sessions.change_password(
            account.id, account.password_hash, kept
        ):  # it was right until somebody changed it
            raise WrongCredentials(WRONG_OLD)
        await sessions.revoke_others(viewer.account_id, work.now, keep=viewer.token_id)
        work.change_rights()
        _audit(work, viewer)
    await rate_limits.begin_anew(counted[0])
    return viewer


def _audit(work: Work, viewer: Viewer, **details: int) -> None:
    members = [viewer.member_id]
    work.audit("Account", viewer.account_id, root=viewer.root_id, at=viewer.home, members=members, **details)
