"""Blocks, their chains of revisions, what opens their commitments, and inspections."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply

TABLES = """
CREATE TABLE blocks (
  id {uuid} PRIMARY KEY,
  root_id {uuid} NOT NULL REFERENCES organizations (id),
  organization_id {uuid} NOT NULL REFERENCES organizations (id),
  sequence INT NOT NULL CHECK (sequence > 0),
  retired_at {instant},
  created_at {instant} NOT NULL);
CREATE INDEX blocks_organization ON blocks (organization_id, created_at, id);

CREATE TABLE block_revisions (
  id {uuid} PRIMARY KEY,
  block_id {uuid} NOT NULL REFERENCES blocks (id),
  sequence INT NOT NULL CHECK (sequence > 0),
  previous_hash CHAR(64) NOT NULL,
  hash CHAR(64) NOT NULL,
  canonical TEXT NOT NULL,
  retired BOOLEAN NOT NULL,
  responsible_id {uuid} NOT NULL REFERENCES members (id),
  recorded_by_id {uuid} REFERENCES members (id),
  recorded_at {instant} NOT NULL,
  statement TEXT NOT NULL,
  signature CHAR(128) NOT NULL,
  key_id CHAR(16) NOT NULL,
  public_key CHAR(64) NOT NULL,
  signed_at {instant} NOT NULL,
  UNIQUE (block_id, sequence),
  UNIQUE (block_id, previous_hash),
  CHECK (hash <> previous_hash),
  CHECK ((sequence = 1) = (previous_hash = '0000000000000000000000000000000000000000000000000000000000000000')));
CREATE INDEX block_revisions_responsible ON block_revisions (responsible_id);
CREATE INDEX block_revisions_recorded_by ON block_revisions (recorded_by_id);

CREATE TABLE block_openings (
  id {uuid} PRIMARY KEY,
  revision_id {uuid} NOT NULL REFERENCES block_revisions (id),
  path VARCHAR(20) NOT NULL CHECK (path IN ('name', 'extent', 'reason', 'pairedWith')),
  value TEXT NOT NULL,
  salt CHAR(96) NOT NULL,
  UNIQUE (revision_id, path));

CREATE TABLE block_pairs (
  id {uuid} PRIMARY KEY,
  revision_id {uuid} NOT NULL REFERENCES block_revisions (id),
  place INT NOT NULL CHECK (place >= 0),
  member_id {uuid} REFERENCES members (id),
  UNIQUE (revision_id, place));
CREATE UNIQUE INDEX block_pairs_once ON block_pairs (revision_id, member_id) WHERE member_id IS NOT NULL;
CREATE INDEX block_pairs_member ON block_pairs (member_id);

CREATE TABLE block_inspections (
  id {uuid} PRIMARY KEY,
  block_id {uuid} NOT NULL REFERENCES blocks (id),
  sort INT NOT NULL CHECK (sort BETWEEN 0 AND 5),
  set_in_order INT NOT NULL CHECK (set_in_order BETWEEN 0 AND 5),
  shine INT NOT NULL CHECK (shine BETWEEN 0 AND 5),
  standardize INT NOT NULL CHECK (standardize BETWEEN 0 AND 5),
  sustain INT NOT NULL CHECK (sustain BETWEEN 0 AND 5),
  note TEXT NOT NULL,
  inspected_by_id {uuid} REFERENCES members (id),
  inspected_at {instant} NOT NULL);
CREATE INDEX block_inspections_block ON block_inspections (block_id, inspected_at, id);
CREATE INDEX block_inspections_by ON block_inspections (inspected_by_id);
"""

# Openings and notes may be erased, and not rewritten: an opening can be deleted, a note emptied.
MARKS = "id, block_id, sort, set_in_order, shine, standardize, sustain, inspected_by_id, inspected_at"
APPEND_ONLY = {
    "sqlite": "".join(
        f"""
CREATE TRIGGER {table}_no_{what} BEFORE {event} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
"""
        for table, what, event in (
            ("block_revisions", "update", "UPDATE"),
            ("block_revisions", "delete", "DELETE"),
            ("block_pairs", "update", "UPDATE"),
            ("block_pairs", "delete", "DELETE"),
            ("block_openings", "update", "UPDATE"),
            ("block_inspections", "update", f"UPDATE OF {MARKS}"),
            ("block_inspections", "rewriting", "UPDATE OF note"),
            ("block_inspections", "delete", "DELETE"),
        )
    ).replace("UPDATE OF note ON block_inspections\n", "UPDATE OF note ON block_inspections WHEN new.note <> ''\n"),
    "postgres": "".join(
        f"""
CREATE TRIGGER {table}_{name} BEFORE {event} ON {table}
FOR EACH {each} EXECUTE FUNCTION refuse_change();
"""
        for table, name, event, each in (
            ("block_revisions", "no_change", "UPDATE OR DELETE", "ROW"),
            ("block_revisions", "no_truncate", "TRUNCATE", "STATEMENT"),
            ("block_pairs", "no_change", "UPDATE OR DELETE", "ROW"),
            ("block_pairs", "no_truncate", "TRUNCATE", "STATEMENT"),
            ("block_openings", "no_change", "UPDATE", "ROW"),
            ("block_inspections", "no_change", f"UPDATE OF {MARKS} OR DELETE", "ROW"),
            ("block_inspections", "no_truncate", "TRUNCATE", "STATEMENT"),
        )
    )
    + """
CREATE TRIGGER block_inspections_no_rewriting BEFORE UPDATE OF note ON block_inspections
FOR EACH ROW WHEN (new.note <> '') EXECUTE FUNCTION refuse_change();
""",
}


class Migration(migrations.Migration):
    dependencies = [("models", "0005_rules")]
    initial = False
    operations = [ops.RunPython(apply(TABLES)), ops.RunPython(apply(APPEND_ONLY))]
