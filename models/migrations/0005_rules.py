"""Points rules and their versions, what an entry says of the rule that gave it, and tokens of other systems.

Rules without an organization hold everywhere; an organization's own rule of the same code goes before them.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply

TABLES = """
CREATE TABLE point_rules (
  id {uuid} PRIMARY KEY,
  root_id {uuid} REFERENCES organizations (id),
  organization_id {uuid} REFERENCES organizations (id),
  code VARCHAR(64) NOT NULL,
  created_at {instant} NOT NULL,
  UNIQUE (organization_id, code),
  CHECK ((root_id IS NULL) = (organization_id IS NULL)));
CREATE UNIQUE INDEX point_rules_built_in ON point_rules (code) WHERE organization_id IS NULL;
CREATE INDEX point_rules_root ON point_rules (root_id, code);

CREATE TABLE point_rule_versions (
  id {uuid} PRIMARY KEY,
  rule_id {uuid} NOT NULL REFERENCES point_rules (id),
  number INT NOT NULL CHECK (number > 0),
  spec TEXT NOT NULL,
  cap_group VARCHAR(64),
  base INT CHECK (base >= 0),
  valid_from {instant} NOT NULL,
  valid_until {instant},
  created_by_id {uuid} REFERENCES accounts (id),
  created_at {instant} NOT NULL,
  UNIQUE (rule_id, number),
  CHECK (valid_until IS NULL OR valid_until >= valid_from));
CREATE INDEX point_rule_versions_group ON point_rule_versions (cap_group) WHERE cap_group IS NOT NULL;
CREATE INDEX point_rule_versions_base ON point_rule_versions (rule_id) WHERE base IS NOT NULL;

ALTER TABLE points_entries ADD COLUMN rule_version_id {uuid} REFERENCES point_rule_versions (id);
ALTER TABLE points_entries ADD COLUMN quantity INT;
ALTER TABLE points_entries ADD COLUMN result VARCHAR(64);
ALTER TABLE points_entries ADD COLUMN cut VARCHAR(20);
ALTER TABLE points_entries ADD COLUMN cut_points INT;
ALTER TABLE points_entries ADD COLUMN base_year INT;
CREATE INDEX points_entries_caps ON points_entries (member_id, rule, counts_at) WHERE amount <> 0;
CREATE UNIQUE INDEX points_entries_base ON points_entries (member_id, rule, base_year) WHERE base_year IS NOT NULL;

CREATE TABLE service_tokens (
  token_id {uuid} PRIMARY KEY REFERENCES auth_tokens (id),
  organization_id {uuid} NOT NULL REFERENCES organizations (id),
  name VARCHAR(100) NOT NULL,
  rules TEXT,
  created_by_id {uuid} REFERENCES accounts (id),
  created_at {instant} NOT NULL);
CREATE INDEX service_tokens_organization ON service_tokens (organization_id, created_at, token_id);
"""

APPEND_ONLY = {
    "sqlite": """
CREATE TRIGGER point_rule_versions_no_update BEFORE UPDATE ON point_rule_versions
BEGIN SELECT RAISE(ABORT, 'point_rule_versions is append-only'); END;
CREATE TRIGGER point_rule_versions_no_delete BEFORE DELETE ON point_rule_versions
BEGIN SELECT RAISE(ABORT, 'point_rule_versions is append-only'); END;
""",
    "postgres": """
CREATE TRIGGER point_rule_versions_no_change BEFORE UPDATE OR DELETE ON point_rule_versions
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER point_rule_versions_no_truncate BEFORE TRUNCATE ON point_rule_versions
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
""",
}

BUILT_IN = """
INSERT INTO point_rules (id, code, created_at) VALUES
  ('00000000-0000-4000-8000-000000000001', 'course.heard', '2000-01-01 00:00:00+00:00'),
  ('00000000-0000-4000-8000-000000000002', 'course.lectured', '2000-01-01 00:00:00+00:00');
INSERT INTO point_rule_versions (id, rule_id, number, spec, valid_from, created_at) VALUES
  ('00000000-0000-4000-8000-000000000101', '00000000-0000-4000-8000-000000000001', 1,
   '{"title": "听党课", "amount": 5}', '2000-01-01 00:00:00+00:00', '2000-01-01 00:00:00+00:00'),
  ('00000000-0000-4000-8000-000000000102', '00000000-0000-4000-8000-000000000002', 1,
   '{"title": "讲党课", "amount": 1, "caps": [{"period": "DAY", "points": 20}]}',
   '2000-01-01 00:00:00+00:00', '2000-01-01 00:00:00+00:00');
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0003_freezes")]
    initial = False
    operations = [
        ops.RunPython(apply(TABLES)),
        ops.RunPython(apply(APPEND_ONLY)),
        ops.RunPython(apply({"sqlite": BUILT_IN, "postgres": BUILT_IN})),
    ]
