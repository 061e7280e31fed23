"""Sign-ins through a provider: those under way, and which of its people is which account.

Only hashes stand here: of a state and of the secret that its browser keeps; and HMACs of issuer and subject.
"""

from datetime import datetime
from uuid import UUID

from models import attempts, sessions, sql
from models.sessions import Account


async def keep_state(state: str, secret: str, redirect_uri: str, at: datetime, until: datetime, most: int) -> bool:
    """False: so many are under way already. Those that ran out are forgotten."""
    await sql.execute("DELETE FROM openid_states WHERE expires_at <= :at", at=at)
    if await sql.value("SELECT COUNT(*) AS n FROM openid_states") >= most:
        return False
    await sql.execute(
        """INSERT INTO openid_states (state_hash, secret_hash, redirect_uri, created_at, expires_at)
           VALUES (:state, :secret, :redirect, :at, :until)""",
        state=sessions.digest(state),
        secret=sessions.digest(secret),
        redirect=redirect_uri,
        at=at,
        until=until,
    )
    return True


async def take_state(state: str, secret: str, at: datetime) -> str | None:
    """Where its browser was to come back, once; None: there is none, no more, or it is another browser's."""
    return await sql.value(
        """DELETE FROM openid_states WHERE state_hash = :state AND secret_hash = :secret AND expires_at > :at
           RETURNING redirect_uri""",
        state=sessions.digest(state),
        secret=sessions.digest(secret),
        at=at,
    )


async def linked(issuer: str, subject: str) -> Account | None:
    [_, key] = await _keys(issuer, subject)
    found = await sql.value("SELECT account_id FROM openid_identities WHERE key = :key", key=key)
    return await Account.get(id=sql.uid(found)) if found else None


async def link(issuer: str, subject: str, account_id: UUID, at: datetime) -> bool:
    """False: this person of the provider, or this account, is linked to another."""
    [issuer_key, key] = await _keys(issuer, subject)
    made = await sql.execute(
        """INSERT INTO openid_identities (key, issuer_key, account_id, created_at)
           VALUES (:key, :issuer, :account, :at) ON CONFLICT DO NOTHING""",
        key=key,
        issuer=issuer_key,
        account=account_id,
        at=at,
    )
    return made == 1


async def _keys(issuer: str, subject: str) -> list[str]:
    return await attempts.keys(f"issuer\n{issuer}", f"subject\n{issuer}\n{subject}")
