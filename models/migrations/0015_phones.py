"""Phones encrypted: the numbers that were kept in clear text are sealed here, and their column goes."""

from typing import Any
from uuid import UUID

from tortoise import migrations
from tortoise.migrations import operations as ops

from models import phones
from models.ddl import apply

TABLES = """
ALTER TABLE members ADD COLUMN phone_key VARCHAR(16);
ALTER TABLE members ADD COLUMN phone_sealed VARCHAR(120) CHECK ((phone_sealed IS NULL) = (phone_key IS NULL));
ALTER TABLE members ADD COLUMN phone_index VARCHAR(32) CHECK ((phone_index IS NULL) = (phone_key IS NULL));
CREATE INDEX members_phone ON members (phone_index) WHERE phone_index IS NOT NULL;
"""
CLEAR = """
ALTER TABLE members DROP COLUMN phone;
"""
AT_ONCE = 1_000


async def seal(_apps: Any, editor: Any) -> None:
    """NoDataKey: there are numbers, and nothing to encrypt them with. Nothing is changed then."""
    if editor is None:
        return
    postgres = editor.client.capabilities.dialect == "postgres"
    places = [f"${n}" if postgres else f"?{n}" for n in range(1, 5)]
    update = "UPDATE members SET phone = NULL, phone_key = {}, phone_sealed = {}, phone_index = {} WHERE id = {}"
    while rows := await editor.client.execute_query_dict(
        f"SELECT id, phone FROM members WHERE phone IS NOT NULL LIMIT {AT_ONCE}", []
    ):
        changed: list[list[Any]] = []
        for one in rows:
            sealed = phones.seal(UUID(str(one["id"])), one["phone"])
            changed.append([sealed.phone_key, sealed.phone_sealed, sealed.phone_index, one["id"]])
        await editor.client.execute_many(update.format(*places), changed)


class Migration(migrations.Migration):
    dependencies = [("models", "0014_audit")]
    initial = False
    operations = [ops.RunPython(apply(TABLES)), ops.RunPython(seal), ops.RunPython(apply(CLEAR))]
