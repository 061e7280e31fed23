"""What can be done with courses, and how each may be refused."""

from typing import Annotated, TypeAlias

import strawberry

from resolvers.learning import courses, studies
from rules import refusals
from schema import errors, ids
from schema.closed import OrganizationIsClosed
from schema.context import Info
from schema.errors import InvalidInput, NotAllowed, NotFound, UserError, answer
from schema.learning.courses import (
    ArchiveCourseInput,
    Course,
    CreateCourseInput,
    PublishCourseInput,
    RecordStudyInput,
    Study,
)
from schema.points.entries import PointsEntry

# ---------------------------------------------------------------- refusals


@strawberry.type(description="The course is archived and cannot be published again.")
class CourseArchived(UserError):
    course: Course = strawberry.field(description="The current state.")


errors.answers(
    refusals.CourseArchived,
    lambda refusal: CourseArchived(message=refusal.message, course=Course.of(refusal.subject)),
)

# ---------------------------------------------------------------- results


@strawberry.type(description="The draft.")
class CreateCourseSuccess:
    course: Course = strawberry.field(description="The current state.")


@strawberry.type(description="Everyone may hear it.")
class PublishCourseSuccess:
    course: Course = strawberry.field(description="The current state.")


@strawberry.type(description="The course can no longer be heard; its studies stay.")
class ArchiveCourseSuccess:
    course: Course = strawberry.field(description="The current state.")


@strawberry.type(description="Recorded, once for its key.")
class RecordStudySuccess:
    study: Study = strawberry.field(description="The study after this report, also for a repeated report.")
    points_entry: PointsEntry | None = strawberry.field(
        description="The listener's ledger entry, by the rule `course.heard`; null until the course is completed."
    )
    notice: str | None = strawberry.field(
        description="For a person: that the points count on another day than the one on which the course was heard, "
        "because that day is final. Null otherwise."
    )


CreateCourseResult: TypeAlias = Annotated[
    CreateCourseSuccess | NotAllowed | NotFound | InvalidInput | OrganizationIsClosed,
    strawberry.union("CreateCourseResult"),
]
PublishCourseResult: TypeAlias = Annotated[
    PublishCourseSuccess | NotAllowed | NotFound | CourseArchived | OrganizationIsClosed,
    strawberry.union("PublishCourseResult"),
]
ArchiveCourseResult: TypeAlias = Annotated[
    ArchiveCourseSuccess | NotAllowed | NotFound, strawberry.union("ArchiveCourseResult")
]
RecordStudyResult: TypeAlias = Annotated[
    RecordStudySuccess | NotAllowed | NotFound | InvalidInput, strawberry.union("RecordStudyResult")
]

# ---------------------------------------------------------------- mutations


@strawberry.type
class CourseMutations:
    @strawberry.mutation(
        description="Creates a course as a draft. A member offers its own, unless the organization's lecturers "
        "are named by its secretary. ADMIN and SECRETARY there or above offer one for any member of "
        "the root."
    )
    async def create_course(self, info: Info, input: CreateCourseInput) -> CreateCourseResult:
        async def act() -> CreateCourseSuccess:
            made = await courses.create(
                info.context.session,
                organization_id=ids.read(input.organization_id, "Organization"),
                lecturer_id=ids.read(input.lecturer_id, "Member"),
                title=input.title,
                summary=input.summary,
                media_url=input.media_url,
                duration_seconds=input.duration_seconds,
            )
            return CreateCourseSuccess(course=Course.of(made))

        return await answer(act)

    @strawberry.mutation(
        description="Opens a draft to everyone in its root. Needs ADMIN or SECRETARY at its organization or above."
    )
    async def publish_course(self, info: Info, input: PublishCourseInput) -> PublishCourseResult:
        async def act() -> PublishCourseSuccess:
            found = await courses.publish(info.context.session, ids.read(input.course_id, "Course"))
            info.context.forget()
            return PublishCourseSuccess(course=Course.of(found))

        return await answer(act)

    @strawberry.mutation(
        description="Archives a course; earlier listening may still be reported. Needs ADMIN or SECRETARY at its "
        "organization or above; a lecturer may withdraw its own draft."
    )
    async def archive_course(self, info: Info, input: ArchiveCourseInput) -> ArchiveCourseResult:
        async def act() -> ArchiveCourseSuccess:
            found = await courses.archive(info.context.session, ids.read(input.course_id, "Course"))
            info.context.forget()
            return ArchiveCourseSuccess(course=Course.of(found))

        return await answer(act)

    @strawberry.mutation(
        description="Reports how far the viewer heard a course, live or later. Coming to its end completes it, once: "
        "the listener earns by the rule `course.heard`, its lecturer by `course.lectured`, and nobody by lecturing to "
        "oneself. Only members of the course's root hear it."
    )
    async def record_study(self, info: Info, input: RecordStudyInput) -> RecordStudyResult:
        async def act() -> RecordStudySuccess:
            recorded = await studies.record(
                info.context.session,
                course_id=ids.read(input.course_id, "Course"),
                seconds=input.position_seconds,
                occurred_at=input.occurred_at,
                key=input.idempotency_key,
            )
            info.context.forget()
            return RecordStudySuccess(
                study=Study.of(recorded.study),
                points_entry=PointsEntry.of(recorded.entry) if recorded.entry else None,
                notice=recorded.notice,
            )

        return await answer(act)
