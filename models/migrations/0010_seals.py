"""Seals: each row of the ledger carries an HMAC over itself and the seal before it; the root's clock keeps the newest."""

import secrets
from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply

# `unsealed`: up to which position rows were written before there were seals.
TABLES = """
ALTER TABLE points_entries ADD COLUMN seal VARCHAR(80);
ALTER TABLE clocks ADD COLUMN seal VARCHAR(80);
ALTER TABLE clocks ADD COLUMN unsealed BIGINT NOT NULL DEFAULT 0;
UPDATE clocks SET unsealed = position;
"""


async def make_secret(_apps: Any, editor: Any) -> None:
    """The key of seals where the server is given none."""
    if editor is not None:
        statement = f"INSERT INTO secrets (name, value) VALUES ('seals', '{secrets.token_hex(32)}')"
        await editor.client.execute_query_dict(statement, [])


class Migration(migrations.Migration):
    dependencies = [("models", "0009_displays")]
    initial = False
    operations = [ops.RunPython(apply(TABLES)), ops.RunPython(make_secret)]
