"""A position for rights: it moves when a token, a role, a membership or the tree changes what someone may see."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply

TABLES = """
CREATE TABLE rights (
  id INT PRIMARY KEY CHECK (id = 1),
  position BIGINT NOT NULL);
INSERT INTO rights (id, position) VALUES (1, 0);
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0001_tables")]
    initial = False
    operations = [ops.RunPython(apply(TABLES))]
