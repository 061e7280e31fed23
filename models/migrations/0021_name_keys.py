"""Keys by which a name is found in each of its spellings, and aliases that had to give way to a name."""

from typing import Any

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply
from rules import identity

TABLES = """
ALTER TABLE members ADD COLUMN name_key VARCHAR(32);
ALTER TABLE members ADD COLUMN shown_key VARCHAR(32);
ALTER TABLE members ADD COLUMN alias_set_aside VARCHAR(100);
"""
INDEXES = """
CREATE INDEX members_names ON members (root_id, name_key);
CREATE INDEX members_shown ON members (root_id, shown_key);
CREATE INDEX members_aliases ON members (root_id) WHERE alias IS NOT NULL;
"""
AT_ONCE = 2_000
NOBODY = "00000000-0000-0000-0000-000000000000"


async def fill(_apps: Any, editor: Any) -> None:
    """Of everybody but those who were erased, who have no name."""
    if editor is None:
        return
    client = editor.client
    postgres = client.capabilities.dialect == "postgres"
    places = [f"${n}" if postgres else f"?{n}" for n in range(1, 4)]
    read = "SELECT id, name, alias FROM members WHERE id > {} AND erased_at IS NULL ORDER BY id LIMIT " + str(AT_ONCE)
    write = "UPDATE members SET name_key = {}, shown_key = {} WHERE id = {}".format(*places)
    after: Any = NOBODY
    while rows := await client.execute_query_dict(read.format(places[0]), [after]):
        after = rows[-1]["id"]
        keys = [
            [identity.name_key(one["name"]), identity.shown_key(one["alias"] or one["name"]), one["id"]] for one in rows
        ]
        await client.execute_many(write, keys)


class Migration(migrations.Migration):
    dependencies = [("models", "0020_failing_scenes"), ("models", "0020_merges")]
    initial = False
    operations = [ops.RunPython(apply(TABLES)), ops.RunPython(fill), ops.RunPython(apply(INDEXES))]
