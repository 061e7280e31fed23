"""When the public saw a claim handed in last, where a freeze hides a decision on it."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply

# What the public still sees CLAIMED was decided at once when it was handed in; what was handed in after its last hidden
# decision, nobody knows any more when it was before.
TABLES = """
ALTER TABLE claims ADD COLUMN public_submitted_at {instant};
UPDATE claims SET public_submitted_at = submitted_at
  WHERE public_status IN ('SUBMITTED', 'RETURNED') AND submitted_at <= decided_at;
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0016_newest_claims")]
    initial = False
    operations = [ops.RunPython(apply(TABLES))]
