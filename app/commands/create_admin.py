"""The operator's account."""

from datetime import UTC, datetime

import models
from models import Account, RoleGrant
from resolvers import audit, passwords
from resolvers.audit import Subject
from rules import typed
from rules.refusals import Checks, InvalidInput
from rules.roles import Role


async def create_admin(login: str, password: str) -> None:
    """ADMIN everywhere. Again with the same login: the new password. InvalidInput: a login or password of the wrong
    length."""
    checks = Checks()
    login = checks.line(typed.login(login), "login", least=1, most=100)
    passwords.check(checks, password, "password", [login])
    checks.done()
    before = await Account.get_or_none(login=login)
    if before is not None:
        passwords.check_for(password, "password", await passwords.known_of(before))
    if before is not None and await passwords.matches(before.password_hash, password):
        raise InvalidInput.at("password", "The new password is the old one; choose another.")
    kept = await passwords.hashed(password)
    now = datetime.now(UTC)
    async with models.database.transaction():
        account = await Account.get_or_none(login=login)
        if account is None:
            account = await Account.create(login=login, password_hash=kept, created_at=now)
        else:
            await Account.filter(id=account.id).update(password_hash=kept)
            await models.sessions.revoke_others(account.id, now, keep=None)
        if account.member_id is None and not await RoleGrant.exists(account_id=account.id, role=Role.ADMIN):
            await RoleGrant.create(role=Role.ADMIN, account_id=account.id, starts_at=now, created_at=now)
        subject = Subject("Account", [account.id], None, None)
        await audit.write(now, audit.command_line("create-admin"), [subject])
