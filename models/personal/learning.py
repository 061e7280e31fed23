"""Courses, studies and reports of studies."""

from models.personal import Personal, Row
from models.personal.directory import STAYS

PERSONAL = (
    Personal(
        table="courses",
        nobodys="code media_url status",
        work="title summary",
        export={
            "courses": """SELECT c.id, c.title, c.summary, c.media_url, c.status, c.published_at, c.completed
                FROM courses c WHERE c.lecturer_id = :member ORDER BY c.created_at, c.id""",
        },
    ),
    Personal(
        table="studies",
        export={
            "studies": """SELECT s.id, c.title AS course, s.seconds, s.completed_at FROM studies s
                JOIN courses c ON c.id = s.course_id WHERE s.member_id = :member ORDER BY s.heard_by, s.id""",
        },
        rows=(Row("studies", "`studies`, `study_reports`", "the person, the lecturer; see docs/visibility.md", STAYS),),
    ),
    Personal(
        table="study_reports",
        export={
            "study_reports": """SELECT r.study_id, r.reported_seconds, r.seconds, r.completed_at, r.occurred_at,
                  r.recorded_at
                FROM study_reports r JOIN studies s ON s.id = r.study_id
                WHERE s.member_id = :member ORDER BY r.recorded_at, r.id""",
        },
    ),
)
