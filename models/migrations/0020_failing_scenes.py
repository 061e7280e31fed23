"""Since when a display can't show one of its scenes."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply

TABLES = """
ALTER TABLE display_scenes ADD COLUMN failing_since TIMESTAMPTZ;
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0019_closings")]
    initial = False
    operations = [ops.RunPython(apply(TABLES))]
