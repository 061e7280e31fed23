"""Signing in: attempts counted for all workers, when a session was last used, and identities of OpenID Connect."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply

# Instants that statements calculate with are milliseconds since 1970, the same on both engines. Keys are HMACs: no
# login, address or subject stands here.
TABLES = """
CREATE TABLE attempts (
  key VARCHAR(64) PRIMARY KEY,
  failures INT NOT NULL CHECK (failures >= 0),
  until_ms BIGINT NOT NULL,
  forget_ms BIGINT NOT NULL);
CREATE INDEX attempts_forget ON attempts (forget_ms);

CREATE TABLE familiar_addresses (
  key VARCHAR(64) PRIMARY KEY,
  forget_ms BIGINT NOT NULL);
CREATE INDEX familiar_addresses_forget ON familiar_addresses (forget_ms);

ALTER TABLE auth_tokens ADD COLUMN last_used_at {instant};

CREATE TABLE openid_states (
  state_hash VARCHAR(64) PRIMARY KEY,
  secret_hash VARCHAR(64) NOT NULL,
  redirect_uri VARCHAR(2000) NOT NULL,
  created_at {instant} NOT NULL,
  expires_at {instant} NOT NULL);
CREATE INDEX openid_states_expires ON openid_states (expires_at);

CREATE TABLE openid_identities (
  key VARCHAR(64) PRIMARY KEY,
  issuer_key VARCHAR(64) NOT NULL,
  account_id {uuid} NOT NULL REFERENCES accounts (id),
  created_at {instant} NOT NULL,
  UNIQUE (account_id, issuer_key));
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0011_board_versions")]
    initial = False
    operations = [ops.RunPython(apply(TABLES))]
