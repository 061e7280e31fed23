"""Displays: paired screens, what they show, and the codes they are paired by."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply

TABLES = """
CREATE TABLE displays (
  id {uuid} PRIMARY KEY,
  root_id {uuid} NOT NULL REFERENCES organizations (id),
  organization_id {uuid} NOT NULL REFERENCES organizations (id),
  account_id {uuid} NOT NULL UNIQUE REFERENCES accounts (id),
  name VARCHAR(100) NOT NULL,
  version BIGINT NOT NULL CHECK (version > 0),
  paired_at {instant} NOT NULL,
  paired_by_id {uuid} REFERENCES accounts (id),
  last_seen_at {instant},
  revoked_at {instant});
CREATE INDEX displays_organization ON displays (organization_id, paired_at, id);

CREATE TABLE display_scenes (
  id {uuid} PRIMARY KEY,
  display_id {uuid} NOT NULL REFERENCES displays (id),
  place INT NOT NULL CHECK (place >= 0),
  kind VARCHAR(30) NOT NULL CHECK (kind IN
    ('MEMBER_LEADERBOARD', 'ORGANIZATION_LEADERBOARD', 'TASK_ARENA', 'BLOCK_BOARD', 'COURSES')),
  organization_id {uuid} REFERENCES organizations (id),
  period VARCHAR(20),
  organization_kind VARCHAR(20),
  scoring VARCHAR(20),
  seconds INT NOT NULL CHECK (seconds > 0),
  UNIQUE (display_id, place));
CREATE INDEX display_scenes_organization ON display_scenes (organization_id);

CREATE TABLE display_pairings (
  id {uuid} PRIMARY KEY,
  code VARCHAR(16) NOT NULL UNIQUE,
  device_hash VARCHAR(64) NOT NULL UNIQUE,
  address_hash VARCHAR(64) NOT NULL,
  created_at {instant} NOT NULL,
  expires_at {instant} NOT NULL,
  display_id {uuid} UNIQUE REFERENCES displays (id),
  claimed_at {instant},
  CHECK (claimed_at IS NULL OR display_id IS NOT NULL));
CREATE INDEX display_pairings_address ON display_pairings (address_hash, created_at);
CREATE INDEX display_pairings_expiry ON display_pairings (expires_at);
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0008_rewards")]
    initial = False
    operations = [ops.RunPython(apply(TABLES))]
