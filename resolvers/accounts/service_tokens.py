"""Tokens with which other systems record acts: for some rules, at and below one organization, until they end."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import models
from models import Account, ServiceToken, sessions
from resolvers import visibility
from resolvers.session import Session
from resolvers.visibility import NIL_ID
from rules.points import specs as points_specs
from rules.refusals import Checks
from rules.roles import Scope

LONGEST = timedelta(days=366 * 5)
USUAL = timedelta(days=365)
MOST_RULES = 100
UNKNOWN = "There is no such service token, or you may not see it."


async def get_visible(session: Session, token_id: UUID) -> ServiceToken:
    """For those who may manage it. NotFound otherwise."""
    found = await ServiceToken.get_or_none(token_id=token_id)
    await session.know(found.organization_id if found else NIL_ID)
    if found and visibility.service_token(session, found):
        return found
    raise await session.not_found(UNKNOWN)


def rules_of(service: ServiceToken) -> list[str] | None:
    return list(json.loads(service.rules)) if service.rules else None


async def may_list(session: Session, organization_id: UUID) -> bool:
    await session.know(organization_id)
    if visibility.may(session, Scope.SERVICES_MANAGE, organization_id):
        return True
    await session.pad_response_time()
    return False


async def create(
    session: Session,
    *,
    organization_id: UUID,
    name: str,
    rules: Sequence[str] | None,
    expires_at: datetime | None,
) -> tuple[str, ServiceToken]:
    """The token's text exists only in this answer. rules None: any rule. Its keys of idempotency are its own."""
    session.signed_in()
    checks = Checks()
    now = session.now()
    expires = expires_at or now + USUAL
    name = checks.line(name, "name", least=1, most=100)
    checks.that(expires > now, "expiresAt", "expiresAt has passed already.")
    checks.that(expires <= now + LONGEST, "expiresAt", "expiresAt lies more than five years ahead.")
    if rules is not None:
        checks.that(0 < len(rules) <= MOST_RULES, "rules", f"Name 1 to {MOST_RULES} rules, or leave rules out for all.")
        rules = [points_specs.code_of(checks, one, f"rules.{index}") for index, one in enumerate(rules[:MOST_RULES])]
    checks.done()
    permit = await session.require(Scope.SERVICES_MANAGE, at=organization_id)
    async with session.work() as work:
        made = uuid4()
        account = await Account.create(id=made, login=f"service:{made}", created_at=work.now)
        text, token = await sessions.issue(account.id, work.now, expires - work.now)
        service = await ServiceToken.create(
            token_id=token.id,
            organization_id=organization_id,
            name=name,
            rules=None if rules is None else json.dumps(sorted(set(rules))),
            created_by_id=permit.account_id,
            created_at=work.now,
        )
        work.change_rights()
        work.audit("ServiceToken", token.id, root=permit.organization.root_id, at=organization_id)
    return text, service


async def revoke(session: Session, token_id: UUID) -> ServiceToken:
    """From now on it is no good. One that was revoked before stays so."""
    session.signed_in()
    kept = await get_visible(session, token_id)
    async with session.work() as work:
        await models.sessions.revoke(token_id, work.now)
        work.change_rights()
        root = (await session.lineage(kept.organization_id))[0].id
        work.audit("ServiceToken", token_id, root=root, at=kept.organization_id)
    return kept
