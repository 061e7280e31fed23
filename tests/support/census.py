"""Every column that can hold words, and what becomes of it when a person is erased. A new column has to say."""

from __future__ import annotations

# Of no person: codes, words of organizations and of work, secrets and hashes of random things.
NOBODYS = """
accounts.password_hash attempts.key audit_addresses.salt audit_entries.action audit_entries.actor
audit_entries.address_commitment audit_entries.hash audit_entries.outcome audit_entries.previous_hash
audit_entries.subject_type audit_heads.hash auth_tokens.token_hash block_openings.path block_openings.salt
block_revisions.canonical block_revisions.hash block_revisions.key_id block_revisions.previous_hash
block_revisions.public_key block_revisions.signature block_revisions.statement claims.public_status claims.status
clocks.seal courses.code courses.media_url courses.status display_pairings.address_hash display_pairings.code
display_pairings.device_hash display_scenes.kind display_scenes.organization_kind display_scenes.period
display_scenes.scoring displays.name familiar_addresses.key instants.kind members.phone_key
openid_states.redirect_uri openid_states.secret_hash openid_states.state_hash organizations.code organizations.kind
organizations.lecturing organizations.name organizations.time_zone point_rule_versions.cap_group
point_rule_versions.spec point_rules.code points_entries.cut points_entries.kind points_entries.reason_commitment
points_entries.result points_entries.rule points_entries.seal points_reasons.salt redemptions.status
rewards.description rewards.name rewards.picture_url role_grants.role secrets.name secrets.value service_tokens.name
service_tokens.rules
"""
# Written in an office, about work: stay until that is changed.
WORK = "tasks.title tasks.description tasks.status tasks.review courses.title courses.summary"
# Ids, as JSON.
IDS = "audit_entries.details audit_entries.member_ids audit_entries.subject_ids"
# Taken away with whom they are of, by models/erasures.py.
ERASED = """
accounts.login members.name members.alias members.alias_set_aside members.name_key members.shown_key
members.phone_sealed members.phone_index claims.evidence
claims.review_note points_reasons.text idempotency_keys.key idempotency_keys.request_hash block_openings.value
block_inspections.note member_merges.reason openid_identities.key openid_identities.issuer_key audit_addresses.address
"""

KNOWN = {one for part in (NOBODYS, WORK, IDS, ERASED) for one in part.split()}
