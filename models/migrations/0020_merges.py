"""Members that are one person: which was merged into which, from–to, each with a position."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply

TABLES = """
ALTER TABLE members ADD COLUMN merged_into_id {uuid} REFERENCES members (id);
ALTER TABLE members ADD COLUMN duplicates INT NOT NULL DEFAULT 0 CHECK (duplicates >= 0);
CREATE INDEX members_merged_into ON members (merged_into_id) WHERE merged_into_id IS NOT NULL;

CREATE TABLE member_merges (
  id {uuid} PRIMARY KEY,
  root_id {uuid} NOT NULL REFERENCES organizations (id),
  duplicate_id {uuid} NOT NULL REFERENCES members (id),
  survivor_id {uuid} NOT NULL REFERENCES members (id),
  position BIGINT NOT NULL,
  merged_at {instant} NOT NULL,
  merged_by_id {uuid},
  reason TEXT NOT NULL,
  was_active BOOLEAN NOT NULL,
  survivor_was_active BOOLEAN NOT NULL,
  alias_taken BOOLEAN NOT NULL,
  ended_position BIGINT,
  ended_at {instant},
  ended_by_id {uuid},
  CHECK (duplicate_id <> survivor_id),
  CHECK ((ended_at IS NULL) = (ended_position IS NULL)),
  CHECK (ended_at IS NULL OR ended_at >= merged_at),
  CHECK (ended_position IS NULL OR ended_position > position));
CREATE UNIQUE INDEX member_merges_open ON member_merges (duplicate_id) WHERE ended_at IS NULL;
CREATE INDEX member_merges_duplicate ON member_merges (duplicate_id, position);
CREATE INDEX member_merges_survivor ON member_merges (survivor_id);
CREATE INDEX member_merges_root ON member_merges (root_id, position);

ALTER TABLE clocks ADD COLUMN merges INT NOT NULL DEFAULT 0;
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0019_closings")]
    initial = False
    operations = [ops.RunPython(apply(TABLES))]
