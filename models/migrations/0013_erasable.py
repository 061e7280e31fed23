"""What can be erased: an entry's words behind a salted commitment that its seal covers, and members of whom only the
row stays."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply

# Older entries have neither; a column that is null changes no seal.
TABLES = """
ALTER TABLE points_entries ADD COLUMN reason_commitment VARCHAR(64);
ALTER TABLE points_reasons ADD COLUMN salt VARCHAR(32);
ALTER TABLE members ADD COLUMN erased_at {instant};
CREATE INDEX idempotency_keys_entry ON idempotency_keys (entry_id);
"""

# Words may be erased, and not rewritten.
APPEND_ONLY = {
    "sqlite": """
CREATE TRIGGER points_reasons_no_update BEFORE UPDATE ON points_reasons
BEGIN SELECT RAISE(ABORT, 'points_reasons is append-only'); END;
""",
    "postgres": """
CREATE TRIGGER points_reasons_no_change BEFORE UPDATE ON points_reasons
FOR EACH ROW EXECUTE FUNCTION refuse_change();
""",
}


class Migration(migrations.Migration):
    dependencies = [("models", "0011_board_versions")]
    initial = False
    operations = [ops.RunPython(apply(TABLES)), ops.RunPython(apply(APPEND_ONLY))]
