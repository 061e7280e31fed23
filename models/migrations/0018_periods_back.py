"""Scenes that show a period which is over: so many before the present one."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply

TABLES = """
ALTER TABLE display_scenes ADD COLUMN periods_back INT NOT NULL DEFAULT 0 CHECK (periods_back >= 0);
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0017_submissions")]
    initial = False
    operations = [ops.RunPython(apply(TABLES))]
