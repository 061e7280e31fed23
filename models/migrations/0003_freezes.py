"""Freezes: a public count of positions beside the true one, and what the public goes on seeing of tasks and claims."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply

TABLES = """
CREATE TABLE freezes (
  organization_id {uuid} PRIMARY KEY REFERENCES organizations (id),
  root_id {uuid} NOT NULL REFERENCES organizations (id),
  position BIGINT NOT NULL,
  frozen_at {instant} NOT NULL,
  frozen_by_id {uuid} REFERENCES accounts (id));
CREATE INDEX freezes_root ON freezes (root_id);

ALTER TABLE clocks ADD COLUMN frozen INT NOT NULL DEFAULT 0;
ALTER TABLE clocks ADD COLUMN public_position BIGINT NOT NULL DEFAULT 0;
UPDATE clocks SET public_position = position;

ALTER TABLE board_versions ADD COLUMN public_changed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE board_versions ADD COLUMN public_changed_at {instant} NOT NULL DEFAULT '2000-01-01 00:00:00+00:00';
ALTER TABLE board_versions ADD COLUMN public_tasks_changed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE board_versions ADD COLUMN public_tasks_changed_at {instant} NOT NULL DEFAULT '2000-01-01 00:00:00+00:00';
UPDATE board_versions SET public_changed = changed, public_changed_at = changed_at,
  public_tasks_changed = tasks_changed, public_tasks_changed_at = tasks_changed_at;

ALTER TABLE tasks ADD COLUMN public_held INT;
ALTER TABLE tasks ADD COLUMN public_approved INT;
ALTER TABLE claims ADD COLUMN public_status VARCHAR(20);
ALTER TABLE claims ADD COLUMN public_decided_at {instant};
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0002_rights")]
    initial = False
    operations = [ops.RunPython(apply(TABLES))]
