"""Secrets of this database, each made once, when it is first asked for."""

import secrets

from models import sql


async def kept(name: str) -> bytes:
    found = await sql.value("SELECT value FROM secrets WHERE name = :name", name=name)
    if found is None:
        await sql.execute(
            "INSERT INTO secrets (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING",
            name=name,
            value=secrets.token_hex(32),
        )
        found = await sql.value("SELECT value FROM secrets WHERE name = :name", name=name)
    return bytes.fromhex(found)


async def mark(name: str, value: str) -> None:
    """Beside the secrets: a word about the database itself, in place of one that was there."""
    await sql.execute(
        """INSERT INTO secrets (name, value) VALUES (:name, :value)
           ON CONFLICT (name) DO UPDATE SET value = excluded.value""",
        name=name,
        value=value,
    )


async def marked(name: str) -> str | None:
    return await sql.value("SELECT value FROM secrets WHERE name = :name", name=name)
