"""Boards as of an instant, corrections of what is FINAL, and rewards with their redemptions."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply

TABLES = """
CREATE INDEX points_entries_reached ON points_entries (root_id, reached);

ALTER TABLE points_entries ADD COLUMN correction BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX points_entries_corrections ON points_entries (organization_id, counts_at) WHERE correction;

CREATE TABLE rewards (
  id {uuid} PRIMARY KEY,
  root_id {uuid} NOT NULL REFERENCES organizations (id),
  organization_id {uuid} NOT NULL REFERENCES organizations (id),
  name VARCHAR(200) NOT NULL,
  description TEXT NOT NULL,
  picture_url VARCHAR(2000),
  price INT NOT NULL CHECK (price > 0),
  stock INT NOT NULL CHECK (stock >= 0),
  supplied INT NOT NULL CHECK (supplied >= stock),
  active BOOLEAN NOT NULL,
  opens_at {instant},
  closes_at {instant},
  top INT CHECK (top > 0),
  per_month INT CHECK (per_month > 0),
  created_by_id {uuid} REFERENCES accounts (id),
  created_at {instant} NOT NULL,
  CHECK (closes_at IS NULL OR opens_at IS NULL OR closes_at > opens_at));
CREATE INDEX rewards_organization ON rewards (organization_id, created_at, id);

CREATE TABLE redemptions (
  id {uuid} PRIMARY KEY,
  root_id {uuid} NOT NULL REFERENCES organizations (id),
  organization_id {uuid} NOT NULL REFERENCES organizations (id),
  reward_id {uuid} NOT NULL REFERENCES rewards (id),
  member_id {uuid} NOT NULL REFERENCES members (id),
  price INT NOT NULL CHECK (price > 0),
  status VARCHAR(20) NOT NULL CHECK (status IN ('REDEEMED', 'CANCELLED', 'HANDED_OVER')),
  month DATE NOT NULL,
  slot INT NOT NULL CHECK (slot > 0),
  top INT,
  rank INT,
  board_position BIGINT NOT NULL,
  frozen BOOLEAN NOT NULL,
  redeemed_at {instant} NOT NULL,
  decided_at {instant},
  decided_by_id {uuid} REFERENCES accounts (id),
  CHECK ((status = 'REDEEMED') = (decided_at IS NULL)),
  CHECK (top IS NULL OR (rank IS NOT NULL AND rank <= top)));
CREATE UNIQUE INDEX redemptions_slot ON redemptions (member_id, organization_id, month, slot)
  WHERE status <> 'CANCELLED';
CREATE INDEX redemptions_member ON redemptions (member_id, redeemed_at, id);
CREATE INDEX redemptions_reward ON redemptions (reward_id, redeemed_at, id);

ALTER TABLE points_entries ADD COLUMN redemption_id {uuid} REFERENCES redemptions (id);
CREATE UNIQUE INDEX points_entries_redemption ON points_entries (redemption_id) WHERE redemption_id IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0007_courses")]
    initial = False
    operations = [ops.RunPython(apply(TABLES))]
