"""The newest approvals, whichever task they are of: an arena names fifty of them. And the tasks of a root."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply

INDEXES = """
CREATE INDEX claims_newest ON claims (decided_at DESC, id DESC) WHERE status = 'APPROVED';
CREATE INDEX tasks_root ON tasks (root_id);
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0015_phones")]
    initial = False
    operations = [ops.RunPython(apply(INDEXES))]
