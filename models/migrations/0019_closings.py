"""Organizations that were closed, from–to; and from when on a mean divides by at least those who earned."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply

# What was over before stays as it was shown: boards of periods that ended by then divide as they did.
TABLES = """
ALTER TABLE organizations ADD COLUMN closed_at {instant};

CREATE TABLE organization_closings (
  id {uuid} PRIMARY KEY,
  organization_id {uuid} NOT NULL REFERENCES organizations (id),
  root_id {uuid} NOT NULL REFERENCES organizations (id),
  closed_at {instant} NOT NULL,
  closed_position BIGINT NOT NULL,
  reopened_at {instant},
  reopened_position BIGINT,
  CHECK (reopened_at IS NULL OR reopened_at >= closed_at),
  CHECK (reopened_position IS NULL OR reopened_position > closed_position),
  CHECK ((reopened_at IS NULL) = (reopened_position IS NULL)));
CREATE UNIQUE INDEX organization_closings_open ON organization_closings (organization_id) WHERE reopened_at IS NULL;
CREATE INDEX organization_closings_of ON organization_closings (organization_id, closed_at);

ALTER TABLE clocks ADD COLUMN means_as_before {instant};
UPDATE clocks SET means_as_before = time;
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0018_periods_back")]
    initial = False
    operations = [ops.RunPython(apply(TABLES))]
