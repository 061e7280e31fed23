"""Idempotency keys: one per account and act, kept in the act's own transaction, so that a retry finds what it made."""

import hashlib
import json
from uuid import UUID

import models
from resolvers.session import Session, Work
from rules.refusals import Checks, InvalidInput

MOST_KEY = 200  # characters


def checked(checks: Checks, key: str) -> str:
    return checks.line(key, "idempotencyKey", least=1, most=MOST_KEY)


def request_hash(operation: str, *values: object) -> str:
    return hashlib.sha256(json.dumps([operation, *map(str, values)], ensure_ascii=False).encode()).hexdigest()


async def made_before(session: Session, key: str, request: str, new_id: UUID, work: Work) -> UUID | None:
    """None: the key is new, and now kept for `new_id`. Otherwise what it made before; who comes at the same time waits
    here until the first is done. InvalidInput: it was used with other input."""
    kept = await models.points.keep_key(session.signed_in().account_id, key, request, new_id, work.now)
    if kept is None:
        return None
    if kept.request_hash != request:
        raise InvalidInput.at("idempotencyKey", "This key was already used with different input; use a new key.")
    work.nothing_happened()
    return kept.entry_id
