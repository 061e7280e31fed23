"""The audit log: a chain of entries for each root and one for what belongs to none, its heads, and addresses apart."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply

# root_id without a reference: the nil UUID is the chain of what belongs to no root.
# audit_addresses without one too: its rows are erased, entries never are.
TABLES = """
CREATE TABLE audit_entries (
  id {uuid} PRIMARY KEY,
  root_id {uuid} NOT NULL,
  sequence BIGINT NOT NULL CHECK (sequence > 0),
  happened_at {instant} NOT NULL,
  action VARCHAR(64) NOT NULL,
  outcome VARCHAR(10) NOT NULL CHECK (outcome IN ('DONE', 'REFUSED')),
  actor VARCHAR(20) NOT NULL CHECK (actor IN
    ('MEMBER', 'OPERATOR', 'DISPLAY', 'SERVICE', 'NOBODY', 'COMMAND_LINE', 'SERVER')),
  account_id {uuid},
  token_id {uuid},
  actor_member_id {uuid},
  display_id {uuid},
  organization_id {uuid},
  subject_type VARCHAR(40),
  subject_ids TEXT,
  subjects INT NOT NULL CHECK (subjects >= 0),
  member_ids TEXT,
  details TEXT,
  position BIGINT,
  address_commitment VARCHAR(64),
  previous_hash VARCHAR(80) NOT NULL,
  hash VARCHAR(80) NOT NULL CHECK (hash <> ''),
  UNIQUE (root_id, sequence),
  UNIQUE (root_id, previous_hash));
CREATE INDEX audit_entries_organization ON audit_entries (organization_id, sequence);

CREATE TABLE audit_heads (
  root_id {uuid} PRIMARY KEY,
  sequence BIGINT NOT NULL CHECK (sequence >= 0),
  hash VARCHAR(80) NOT NULL);

CREATE TABLE audit_addresses (
  entry_id {uuid} PRIMARY KEY,
  account_id {uuid},
  happened_at {instant} NOT NULL,
  address VARCHAR(64) NOT NULL,
  salt VARCHAR(64) NOT NULL);
CREATE INDEX audit_addresses_age ON audit_addresses (happened_at);
CREATE INDEX audit_addresses_account ON audit_addresses (account_id);
"""

GUARDS = {
    "sqlite": """
CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END;
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END;
CREATE TRIGGER audit_entries_follow BEFORE INSERT ON audit_entries
WHEN NOT EXISTS (SELECT 1 FROM audit_heads h
  WHERE h.root_id = NEW.root_id AND h.hash = NEW.previous_hash AND h.sequence >= NEW.sequence)
BEGIN SELECT RAISE(ABORT, 'an audit entry follows the head of its chain'); END;
CREATE TRIGGER audit_entries_head AFTER INSERT ON audit_entries
BEGIN UPDATE audit_heads SET hash = NEW.hash WHERE root_id = NEW.root_id; END;
CREATE TRIGGER audit_heads_no_delete BEFORE DELETE ON audit_heads
BEGIN SELECT RAISE(ABORT, 'audit_heads only grow'); END;
CREATE TRIGGER audit_heads_grow BEFORE UPDATE ON audit_heads
WHEN NEW.sequence < OLD.sequence OR NEW.root_id <> OLD.root_id
BEGIN SELECT RAISE(ABORT, 'audit_heads only grow'); END;
CREATE TRIGGER audit_addresses_no_update BEFORE UPDATE ON audit_addresses
BEGIN SELECT RAISE(ABORT, 'audit_addresses are written once, and erased'); END;
""",
    "postgres": """
CREATE TRIGGER audit_entries_no_change BEFORE UPDATE OR DELETE ON audit_entries
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE FUNCTION audit_entry_follows() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  UPDATE audit_heads SET hash = NEW.hash
    WHERE root_id = NEW.root_id AND hash = NEW.previous_hash AND sequence >= NEW.sequence;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'an audit entry follows the head of its chain' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_entries_follow BEFORE INSERT ON audit_entries
FOR EACH ROW EXECUTE FUNCTION audit_entry_follows();
CREATE FUNCTION audit_head_grows() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.sequence < OLD.sequence OR NEW.root_id <> OLD.root_id THEN
    RAISE EXCEPTION 'audit_heads only grow' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_heads_grow BEFORE UPDATE ON audit_heads
FOR EACH ROW EXECUTE FUNCTION audit_head_grows();
CREATE TRIGGER audit_heads_no_delete BEFORE DELETE ON audit_heads
FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_heads_no_truncate BEFORE TRUNCATE ON audit_heads
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_addresses_no_update BEFORE UPDATE ON audit_addresses
FOR EACH ROW EXECUTE FUNCTION refuse_change();
""",
}


class Migration(migrations.Migration):
    dependencies = [("models", "0012_sign_in"), ("models", "0013_erasable")]
    initial = False
    operations = [ops.RunPython(apply(TABLES)), ops.RunPython(apply(GUARDS))]
