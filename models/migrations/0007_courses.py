"""Courses, studies and their reports; what a study earned; versions of course boards; who may lecture."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from models.ddl import apply

TABLES = """
CREATE TABLE courses (
  id {uuid} PRIMARY KEY,
  root_id {uuid} NOT NULL REFERENCES organizations (id),
  organization_id {uuid} NOT NULL REFERENCES organizations (id),
  lecturer_id {uuid} NOT NULL REFERENCES members (id),
  title VARCHAR(200) NOT NULL,
  summary TEXT NOT NULL,
  media_url VARCHAR(2000) CHECK (media_url LIKE 'https://%' OR media_url LIKE 'http://%'),
  duration_seconds INT NOT NULL CHECK (duration_seconds BETWEEN 1 AND 86400),
  status VARCHAR(20) NOT NULL CHECK (status IN ('DRAFT', 'PUBLISHED', 'ARCHIVED')),
  code VARCHAR(16) NOT NULL UNIQUE,
  completed INT NOT NULL CHECK (completed >= 0),
  created_by_id {uuid} REFERENCES accounts (id),
  created_at {instant} NOT NULL,
  published_at {instant},
  archived_at {instant},
  CHECK (status <> 'DRAFT' OR published_at IS NULL),
  CHECK (status <> 'PUBLISHED' OR published_at IS NOT NULL),
  CHECK ((status = 'ARCHIVED') = (archived_at IS NOT NULL)),
  CHECK (completed = 0 OR published_at IS NOT NULL));
CREATE INDEX courses_organization ON courses (organization_id, status, created_at, id);
CREATE INDEX courses_lecturer ON courses (lecturer_id);

CREATE TABLE studies (
  id {uuid} PRIMARY KEY,
  course_id {uuid} NOT NULL REFERENCES courses (id),
  member_id {uuid} NOT NULL REFERENCES members (id),
  seconds INT NOT NULL CHECK (seconds BETWEEN 0 AND 86400),
  heard_by {instant} NOT NULL,
  completed_at {instant},
  completed_position BIGINT CHECK (completed_position > 0),
  listener_place_id {uuid} REFERENCES organizations (id),
  lecturer_place_id {uuid} REFERENCES organizations (id),
  UNIQUE (course_id, member_id),
  CHECK ((completed_at IS NULL) = (completed_position IS NULL)));
CREATE INDEX studies_member ON studies (member_id);
CREATE INDEX studies_completed ON studies (course_id, completed_position) WHERE completed_position IS NOT NULL;

CREATE TABLE study_reports (
  id {uuid} PRIMARY KEY,
  study_id {uuid} NOT NULL REFERENCES studies (id),
  reported_seconds INT NOT NULL CHECK (reported_seconds >= 0),
  seconds INT NOT NULL CHECK (seconds >= reported_seconds),
  completed_at {instant},
  occurred_at {instant} NOT NULL,
  recorded_at {instant} NOT NULL,
  CHECK (recorded_at >= occurred_at));
CREATE INDEX study_reports_study ON study_reports (study_id, recorded_at);

ALTER TABLE points_entries ADD COLUMN study_id {uuid} REFERENCES studies (id);
CREATE UNIQUE INDEX points_entries_study ON points_entries (study_id, rule);

ALTER TABLE board_versions ADD COLUMN courses_changed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE board_versions ADD COLUMN public_courses_changed BIGINT NOT NULL DEFAULT 0;

ALTER TABLE organizations ADD COLUMN lecturing VARCHAR(20)
  CHECK (lecturing IN ('EVERY_MEMBER', 'NAMED_BY_SECRETARY'));
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0006_blocks")]
    initial = False
    operations = [ops.RunPython(apply(TABLES))]
