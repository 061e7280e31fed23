"""Courses 共享党课 and what members heard of them, as clients see them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

import models
from models import CourseStatus
from resolvers import visibility
from resolvers.learning import courses, studies
from schema import ids
from schema.context import Info
from schema.directory.organizations import Organization
from schema.node import Node, fetched_by

if TYPE_CHECKING:
    from schema.directory.members import Member


# ---------------------------------------------------------------- types


@strawberry.type(
    description="A recorded course of a member, for everyone in its root; a GROUP's for its branch. A draft "
    "is visible to its lecturer and those who manage courses there."
)
class Course(Node):
    row: strawberry.Private[models.Course]
    loaded: strawberry.Private["tuple[Organization, Member, int] | None"]

    @classmethod
    def of(cls, row: models.Course, loaded: "tuple[Organization, Member, int] | None" = None) -> "Course":
        """loaded: its Organization, its lecturer and its completions as the viewer sees them, where they are known."""
        return cls(
            id=strawberry.ID(ids.encode("Course", row.id)),
            row=row,
            loaded=loaded,
            title=row.title,
            summary=row.summary,
            media_url=row.media_url,
            duration_seconds=row.duration_seconds,
            status=row.status,
            published_at=row.published_at,
        )

    @classmethod
    async def load(cls, info: Info, course_id: UUID) -> "Course":
        found = await info.context.courses.load(course_id)
        assert found, "a course is never deleted"
        return cls.of(found)

    title: str = strawberry.field(description="Up to 200 characters.")
    summary: str = strawberry.field(description="The subject; may be empty.")
    media_url: str | None = strawberry.field(
        description="The recording: an https or http address. Null: it is announced elsewhere."
    )
    duration_seconds: int = strawberry.field(description="The length; a study that reaches it is complete.")
    status: CourseStatus = strawberry.field(description="The course's status.")
    published_at: datetime | None = strawberry.field(
        description="When it was published; null before. Nothing can be heard earlier."
    )

    @strawberry.field(
        description="The content of the printed QR code: an absolute address that opens this course with its "
        "recording, for everyone who scans it. The code itself: GET `/courses/{id}/qr.svg` or `.png`,"
        " while it is PUBLISHED."
    )
    def scan_url(self, info: Info) -> str:
        return f"{info.context.session.public_url}/c/{self.row.code}"

    @strawberry.field(
        description="The number of completed studies. During a freeze over the course, its lecturer or a "
        "listener, the public does not see later ones."
    )
    async def completion_count(self, info: Info) -> int:
        if self.loaded is not None:
            return self.loaded[2]
        hidden = info.context.by_key("hidden_completions", models.courses.hidden_completions)
        kept_back = await hidden.load(self.row.id) or 0
        if kept_back:
            await info.context.lineages.load(self.row.organization_id)
            if visibility.truth(info.context.session, self.row.organization_id):
                kept_back = 0
        return self.row.completed - kept_back

    @strawberry.field(description="The organization that offers the course.")
    def organization(self, info: Info) -> Organization:
        if self.loaded is not None:
            return self.loaded[0]
        return Organization.load(info, self.row.organization_id)  # type: ignore[return-value]  # awaited by the executor

    @strawberry.field(
        description="The lecturer: a member of any branch of the root. Lecturers are named even if they hide "
        "their names on boards."
    )
    def lecturer(self, info: Info) -> Annotated["Member", strawberry.lazy("schema.directory.members")]:
        from schema.directory.members import Member

        if self.loaded is not None:
            return self.loaded[1]
        return Member.load(info, self.row.lecturer_id)  # type: ignore[return-value]

    @strawberry.field(
        description="The viewer's progress; null before the first report. Partial progress does not change a "
        "board's version."
    )
    async def my_study(self, info: Info) -> "Study | None":
        viewer = info.context.session.viewer
        if viewer is None or viewer.member_id is None:
            return None
        selves = viewer.selves
        found = await info.context.by_key(
            ("my_study", selves), lambda keys: models.studies.of_person(keys, selves)
        ).load(self.row.id)
        return Study.of(found) if found else None


@strawberry.type(
    description="A member's progress in a course. The furthest position counts. Visible to the member, the "
    "lecturer, reviewers of the course, and those who may read the member's ledger."
)
class Study(Node):
    row: strawberry.Private[models.Study]

    @classmethod
    def of(cls, row: models.Study) -> "Study":
        return cls(
            id=strawberry.ID(ids.encode("Study", row.id)),
            row=row,
            position_seconds=row.seconds,
            completed_at=row.completed_at,
        )

    position_seconds: int = strawberry.field(description="The furthest, from 0 to the course's durationSeconds.")
    completed_at: datetime | None = strawberry.field(
        description="When its end was heard: the occurredAt of the report that reached it. Null until then."
    )

    @strawberry.field(description="The course.")
    def course(self, info: Info) -> Course:
        return Course.load(info, self.row.course_id)  # type: ignore[return-value]  # awaited by the executor

    @strawberry.field(description="The listener.")
    def member(self, info: Info) -> Annotated["Member", strawberry.lazy("schema.directory.members")]:
        from schema.directory.members import Member

        return Member.load(info, self.row.member_id)  # type: ignore[return-value]


async def study_seen(info: Info, study_id: UUID) -> Study | None:
    """A study, where the viewer may see it; of many at once, loaded together."""
    context = info.context
    study = await context.by_key("studies", models.studies.by_ids).load(study_id)
    assert study, "a study is never deleted"
    course = await context.courses.load(study.course_id)
    member = await context.members.load(study.member_id)
    assert course
    assert member
    await context.lineages.load_many([course.organization_id, member.organization_id])
    return Study.of(study) if visibility.study(context.session, study, course, member) else None


@fetched_by("Course")
async def _course(info: Info, key: list[str]) -> Course:
    return Course.of(await courses.get_visible(info.context.session, UUID(key[0])))


@fetched_by("Study")
async def _study(info: Info, key: list[str]) -> Study:
    return Study.of(await studies.get_visible(info.context.session, UUID(key[0])))


# ---------------------------------------------------------------- inputs


@strawberry.input(description="A new course, as a draft.")
class CreateCourseInput:
    organization_id: strawberry.ID = strawberry.field(
        description="The organization that offers it; for your own course, your organization or one above."
    )
    lecturer_id: strawberry.ID = strawberry.field(description="The lecturer: any active member of the same root.")
    title: str = strawberry.field(description="1 to 200 characters.")
    summary: str = strawberry.field(default="", description="Up to 10,000 characters.")
    media_url: str | None = strawberry.field(
        default=None, description="The recording: an https or http address of up to 2,000 characters."
    )
    duration_seconds: int = strawberry.field(description="1 to 86,400.")


@strawberry.input(description="The draft to publish.")
class PublishCourseInput:
    course_id: strawberry.ID = strawberry.field(description="A DRAFT; one that is PUBLISHED stays so.")


@strawberry.input(description="The course to archive.")
class ArchiveCourseInput:
    course_id: strawberry.ID = strawberry.field(description="Any; one that is ARCHIVED stays so.")


@strawberry.input(
    description="A report of a study: of a PUBLISHED course, or of one archived since. A position advances by"
    " at most the seconds since the previous report's occurredAt. For the first report, time "
    "counts from the course's publishedAt. A tolerance of 5 seconds applies once, not to each "
    "report."
)
class RecordStudyInput:
    course_id: strawberry.ID = strawberry.field(description="The course.")
    position_seconds: int = strawberry.field(
        description="How far it was heard, 0 to durationSeconds. Going back loses nothing."
    )
    occurred_at: datetime | None = strawberry.field(
        default=None,
        description="When it was heard; in the past for offline reports, in the order of hearing. Left out: now.",
    )
    idempotency_key: str = strawberry.field(
        description="1 to 200 characters, new for each report. Same key and input: same answer, and one effect."
    )
