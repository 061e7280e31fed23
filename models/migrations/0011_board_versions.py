"""Block and course boards have versions of their own: an award moves leaderboards, and reloads no other board."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply

# They begin where `changed` stands, so that no version goes back.
TABLES = "\n".join(
    f"""ALTER TABLE board_versions ADD COLUMN {name} BIGINT NOT NULL DEFAULT 0;
UPDATE board_versions SET {name} = {kept};"""
    for name, kept in (
        ("blocks_changed", "changed"),
        ("public_blocks_changed", "public_changed"),
        ("courses_below_changed", "changed"),
        ("public_courses_below_changed", "public_changed"),
    )
)


class Migration(migrations.Migration):
    dependencies = [("models", "0010_seals")]
    initial = False
    operations = [ops.RunPython(apply(TABLES))]
