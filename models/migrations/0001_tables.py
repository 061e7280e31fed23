"""The tables of organizations, members, sessions, roles, the clock, the ledger and the task arena."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply

TABLES = """
CREATE TABLE organizations (
  id {uuid} PRIMARY KEY,
  code VARCHAR(64) NOT NULL UNIQUE,
  name VARCHAR(200) NOT NULL,
  kind VARCHAR(20) NOT NULL CHECK (kind IN ('COMMITTEE', 'GENERAL_BRANCH', 'BRANCH', 'GROUP')),
  parent_id {uuid} REFERENCES organizations (id),
  root_id {uuid} NOT NULL REFERENCES organizations (id),
  time_zone VARCHAR(64) NOT NULL,
  settling_hours INT NOT NULL CHECK (settling_hours >= 0),
  created_at {instant} NOT NULL,
  CHECK ((parent_id IS NULL) = (root_id = id)));
CREATE INDEX organizations_parent ON organizations (parent_id, code);
CREATE INDEX organizations_root ON organizations (root_id);

CREATE TABLE organization_paths (
  id {serial},
  ancestor_id {uuid} NOT NULL REFERENCES organizations (id),
  descendant_id {uuid} NOT NULL REFERENCES organizations (id),
  depth INT NOT NULL CHECK (depth >= 0 AND (depth = 0) = (ancestor_id = descendant_id)),
  UNIQUE (descendant_id, ancestor_id));
CREATE INDEX organization_paths_down ON organization_paths (ancestor_id, descendant_id, depth);

CREATE TABLE members (
  id {uuid} PRIMARY KEY,
  root_id {uuid} NOT NULL REFERENCES organizations (id),
  organization_id {uuid} NOT NULL REFERENCES organizations (id),
  name VARCHAR(100) NOT NULL,
  alias VARCHAR(100),
  phone VARCHAR(32),
  joined_on DATE,
  hidden_on_boards BOOLEAN NOT NULL,
  active BOOLEAN NOT NULL,
  balance BIGINT NOT NULL CHECK (balance >= 0),
  debt BIGINT NOT NULL CHECK (debt >= 0),
  created_at {instant} NOT NULL,
  CHECK (balance = 0 OR debt = 0));
CREATE INDEX members_organization ON members (organization_id, name, id);

CREATE TABLE memberships (
  id {uuid} PRIMARY KEY,
  member_id {uuid} NOT NULL REFERENCES members (id),
  organization_id {uuid} NOT NULL REFERENCES organizations (id),
  from_at {instant} NOT NULL,
  to_at {instant},
  CHECK (to_at IS NULL OR to_at >= from_at));
CREATE UNIQUE INDEX memberships_open ON memberships (member_id) WHERE to_at IS NULL;
CREATE INDEX memberships_member ON memberships (member_id, from_at);
CREATE INDEX memberships_organization ON memberships (organization_id, to_at);

CREATE TABLE accounts (
  id {uuid} PRIMARY KEY,
  login VARCHAR(100) NOT NULL UNIQUE,
  password_hash VARCHAR(200),
  member_id {uuid} UNIQUE REFERENCES members (id),
  created_at {instant} NOT NULL);

CREATE TABLE auth_tokens (
  id {uuid} PRIMARY KEY,
  account_id {uuid} NOT NULL REFERENCES accounts (id),
  token_hash VARCHAR(64) NOT NULL UNIQUE,
  created_at {instant} NOT NULL,
  expires_at {instant} NOT NULL,
  revoked_at {instant});
CREATE INDEX auth_tokens_account ON auth_tokens (account_id);

CREATE TABLE role_grants (
  id {uuid} PRIMARY KEY,
  role VARCHAR(20) NOT NULL CHECK (role IN ('ADMIN', 'SECRETARY', 'REVIEWER', 'MEMBER')),
  member_id {uuid} REFERENCES members (id),
  account_id {uuid} REFERENCES accounts (id),
  organization_id {uuid} REFERENCES organizations (id),
  starts_at {instant} NOT NULL,
  ends_at {instant},
  granted_by_id {uuid} REFERENCES accounts (id),
  created_at {instant} NOT NULL,
  CHECK ((member_id IS NULL) <> (account_id IS NULL)),
  CHECK (organization_id IS NOT NULL OR account_id IS NOT NULL),
  CHECK (ends_at IS NULL OR ends_at >= starts_at));
CREATE INDEX role_grants_member ON role_grants (member_id);
CREATE INDEX role_grants_account ON role_grants (account_id);
CREATE INDEX role_grants_organization ON role_grants (organization_id);

CREATE TABLE clocks (
  root_id {uuid} PRIMARY KEY REFERENCES organizations (id),
  position BIGINT NOT NULL,
  time {instant} NOT NULL,
  day_position BIGINT NOT NULL,
  tree BIGINT NOT NULL);

CREATE TABLE board_versions (
  organization_id {uuid} PRIMARY KEY REFERENCES organizations (id),
  root_id {uuid} NOT NULL REFERENCES organizations (id),
  changed BIGINT NOT NULL,
  changed_at {instant} NOT NULL,
  tasks_changed BIGINT NOT NULL,
  tasks_changed_at {instant} NOT NULL);
CREATE INDEX board_versions_root ON board_versions (root_id);

CREATE TABLE instants (
  id {uuid} PRIMARY KEY,
  root_id {uuid} NOT NULL REFERENCES organizations (id),
  kind VARCHAR(20) NOT NULL,
  at {instant} NOT NULL,
  subject_id {uuid} NOT NULL,
  position BIGINT,
  UNIQUE (subject_id, kind, at));
CREATE INDEX instants_pending ON instants (at) WHERE position IS NULL;
CREATE INDEX instants_root ON instants (root_id, kind, at);

CREATE TABLE tasks (
  id {uuid} PRIMARY KEY,
  root_id {uuid} NOT NULL REFERENCES organizations (id),
  organization_id {uuid} NOT NULL REFERENCES organizations (id),
  title VARCHAR(200) NOT NULL,
  description TEXT NOT NULL,
  points INT NOT NULL CHECK (points >= 0),
  review VARCHAR(20) NOT NULL CHECK (review IN ('REVIEWED', 'AUTOMATIC')),
  status VARCHAR(20) NOT NULL CHECK (status IN ('DRAFT', 'SCHEDULED', 'OPEN', 'CLOSED')),
  capacity INT CHECK (capacity > 0),
  held INT NOT NULL CHECK (held >= 0 AND (capacity IS NULL OR held <= capacity)),
  approved INT NOT NULL CHECK (approved >= 0 AND approved <= held),
  opens_at {instant},
  due_at {instant},
  created_by_id {uuid} REFERENCES accounts (id),
  created_at {instant} NOT NULL,
  CHECK (due_at IS NULL OR opens_at IS NULL OR due_at > opens_at));
CREATE INDEX tasks_organization ON tasks (organization_id, status, created_at, id);

CREATE TABLE claims (
  id {uuid} PRIMARY KEY,
  task_id {uuid} NOT NULL REFERENCES tasks (id),
  member_id {uuid} NOT NULL REFERENCES members (id),
  status VARCHAR(20) NOT NULL CHECK
    (status IN ('CLAIMED', 'SUBMITTED', 'RETURNED', 'APPROVED', 'RELEASED', 'EXPIRED', 'REJECTED')),
  evidence TEXT,
  review_note TEXT,
  claimed_at {instant} NOT NULL,
  submitted_at {instant},
  decided_at {instant},
  decided_by_id {uuid} REFERENCES accounts (id));
CREATE UNIQUE INDEX claims_holding ON claims (task_id, member_id)
  WHERE status IN ('CLAIMED', 'SUBMITTED', 'RETURNED', 'APPROVED');
CREATE INDEX claims_task ON claims (task_id, claimed_at, id);
CREATE INDEX claims_member ON claims (member_id, claimed_at, id);
CREATE INDEX claims_approved ON claims (task_id, decided_at, id) WHERE status = 'APPROVED';

CREATE TABLE points_entries (
  id {uuid} PRIMARY KEY,
  root_id {uuid} NOT NULL REFERENCES organizations (id),
  position BIGINT NOT NULL CHECK (position > 0),
  line INT NOT NULL,
  member_id {uuid} REFERENCES members (id),
  organization_id {uuid} NOT NULL REFERENCES organizations (id),
  kind VARCHAR(20) NOT NULL CHECK (kind IN ('EARNED', 'DEDUCTED', 'SPENT', 'REVERSAL')),
  amount INT NOT NULL,
  ranks BOOLEAN NOT NULL,
  rule VARCHAR(64) NOT NULL,
  claim_id {uuid} UNIQUE REFERENCES claims (id),
  reverses_id {uuid} UNIQUE REFERENCES points_entries (id),
  recorded_by_id {uuid} REFERENCES accounts (id),
  occurred_at {instant} NOT NULL,
  counts_at {instant} NOT NULL,
  recorded_at {instant} NOT NULL,
  reached BIGINT NOT NULL,
  UNIQUE (root_id, position, line),
  CHECK ((kind = 'REVERSAL') = (reverses_id IS NOT NULL)),
  CHECK (kind <> 'EARNED' OR amount >= 0),
  CHECK (kind NOT IN ('DEDUCTED', 'SPENT') OR amount <= 0),
  CHECK (counts_at >= occurred_at AND recorded_at >= occurred_at),
  CHECK (kind <> 'SPENT' OR NOT ranks));
CREATE INDEX points_entries_board ON points_entries (organization_id, counts_at);
CREATE INDEX points_entries_log ON points_entries (organization_id, position, line);
CREATE INDEX points_entries_member ON points_entries (member_id, position, line);

CREATE TABLE points_reasons (
  entry_id {uuid} PRIMARY KEY REFERENCES points_entries (id),
  text TEXT NOT NULL);

CREATE TABLE idempotency_keys (
  id {uuid} PRIMARY KEY,
  account_id {uuid} NOT NULL REFERENCES accounts (id),
  key VARCHAR(200) NOT NULL,
  request_hash VARCHAR(64) NOT NULL,
  entry_id {uuid} NOT NULL,
  created_at {instant} NOT NULL,
  UNIQUE (account_id, key));

CREATE TABLE secrets (
  name VARCHAR(64) PRIMARY KEY,
  value VARCHAR(128) NOT NULL);
"""

APPEND_ONLY = {
    "sqlite": """
CREATE TRIGGER points_entries_no_update BEFORE UPDATE ON points_entries
BEGIN SELECT RAISE(ABORT, 'points_entries is append-only'); END;
CREATE TRIGGER points_entries_no_delete BEFORE DELETE ON points_entries
BEGIN SELECT RAISE(ABORT, 'points_entries is append-only'); END;
""",
    "postgres": """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER points_entries_no_change BEFORE UPDATE OR DELETE ON points_entries
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER points_entries_no_truncate BEFORE TRUNCATE ON points_entries
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
""",
}


class Migration(migrations.Migration):
    initial = True
    operations = [ops.RunPython(apply(TABLES)), ops.RunPython(apply(APPEND_ONLY))]
