"""Versions by topic, so that a new kind of board needs no columns; and one version of what changes every board."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply

# `all_changed` begins where `changed` stands, so that no version goes back.
TABLES = """
CREATE TABLE topic_versions (
    topic VARCHAR(40) NOT NULL,
    subject_id {uuid} NOT NULL REFERENCES organizations (id),
    root_id {uuid} NOT NULL REFERENCES organizations (id),
    changed BIGINT NOT NULL DEFAULT 0,
    public_changed BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, subject_id)
);
CREATE INDEX topic_versions_root ON topic_versions (root_id);
ALTER TABLE board_versions ADD COLUMN all_changed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE board_versions ADD COLUMN public_all_changed BIGINT NOT NULL DEFAULT 0;
UPDATE board_versions SET all_changed = changed, public_all_changed = public_changed;
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0021_name_keys")]
    initial = False
    operations = [ops.RunPython(apply(TABLES))]
