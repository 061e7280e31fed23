"""The life of a course: drafted by whoever may lecture, published and archived by who manages courses there."""

from collections.abc import Sequence
from urllib.parse import urlsplit
from uuid import UUID

import models
from models import Course, CourseStatus, Lecturing, Member, Organization
from models.clock import COURSES
from resolvers import openness, visibility
from resolvers.directory import members
from resolvers.session import Session, Work
from resolvers.visibility import NIL_ID
from rules.refusals import Checks, CourseArchived, InvalidInput, NotAllowed, NotFound
from rules.roles import Scope

LONGEST = 24 * 60 * 60  # seconds
MOST_ADDRESS = 2_000  # characters
NOT_IN_ADDRESSES = set(' \t\r\n<>"\\^`{|}')


# ---------------------------------------------------------------- reads


async def get_visible(session: Session, course_id: UUID) -> Course:
    """A course that the viewer may know of; drafts are for who manages courses there and for its lecturer. NotFound
    otherwise."""
    course = await Course.get_or_none(id=course_id)
    await session.know(course.organization_id if course else NIL_ID)
    if course and visibility.course(session, course):
        return course
    raise await session.not_found("There is no such course, or you may not see it.")


def lecturing(lineage: Sequence[Organization]) -> Lecturing:
    """Who may lecture at an organization: as the nearest at or above it says."""
    return next((one.lecturing for one in reversed(lineage) if one.lecturing), Lecturing.EVERY_MEMBER)


# ---------------------------------------------------------------- acts


async def create(
    session: Session,
    *,
    organization_id: UUID,
    lecturer_id: UUID,
    title: str,
    summary: str,
    media_url: str | None,
    duration_seconds: int,
) -> Course:
    """A draft. A member offers its own course where it belongs or above, where the organization lets every member
    lecture; who manages courses offers one there for any member of the root."""
    viewer = session.signed_in()
    checks = Checks()
    title = checks.line(title, "title", least=1, most=200)
    summary = checks.text(summary, "summary", most=10_000)
    address = _address(checks, media_url)
    checks.that(
        1 <= duration_seconds <= LONGEST,
        "durationSeconds",
        f"durationSeconds is {duration_seconds}; it must lie between 1 and {LONGEST}.",
    )
    checks.done()
    lineage = await session.visible(organization_id)
    openness.seen_open(lineage[-1])
    if not session.allowed(Scope.COURSES_MANAGE, lineage):
        _may_offer(viewer.member_id, viewer.place, lecturer_id, lineage)
    lecturer = await _lecturer(session, lecturer_id, lineage[0].id)
    async with session.work() as work:
        made = await Course.create(
            root_id=lineage[0].id,
            organization_id=organization_id,
            lecturer_id=lecturer.id,
            title=title,
            summary=summary,
            media_url=address,
            duration_seconds=duration_seconds,
            created_by_id=viewer.account_id,
            created_at=work.now,
        )
        _audit(work, made)
        return made


def _audit(work: Work, course: Course) -> None:
    work.audit("Course", course.id, root=course.root_id, at=course.organization_id, members=[course.lecturer_id])


def _may_offer(own: UUID | None, place: Sequence[UUID], lecturer_id: UUID, lineage: Sequence[Organization]) -> None:
    here = lineage[-1]
    if own is None or own != lecturer_id:
        raise NotAllowed(f"Offering a course of somebody else needs the right COURSES_MANAGE at {here.name}.")
    if here.id not in place:
        raise NotAllowed("Members offer courses where they belong, or above.")
    if lecturing(lineage) is not Lecturing.EVERY_MEMBER:
        raise NotAllowed(f"Lecturers at {here.name} are named by its secretary.")


async def _lecturer(session: Session, lecturer_id: UUID, root_id: UUID) -> Member:
    """Any member of any branch of the course's root who still belongs."""
    try:
        found = await members.get_visible(session, lecturer_id)
    except NotFound:
        raise await session.not_found("There is no such lecturer, or you may not see it.") from None
    if found.root_id != root_id:
        raise InvalidInput.at("lecturerId", "The lecturer belongs to another root; name a member of this one.")
    if not found.active:
        raise InvalidInput.at("lecturerId", "The lecturer no longer belongs here; name an active member.")
    return found


def _address(checks: Checks, text: str | None) -> str | None:
    """Where the recording is: an https or http address that a browser opens; None where there is none."""
    kept = checks.line(text, "mediaUrl", most=MOST_ADDRESS)
    if not kept:
        return None
    try:
        parts = urlsplit(kept)
        good = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
        good = good and parts.username is None and not NOT_IN_ADDRESSES & set(kept)
    except ValueError:
        good = False
    checks.that(good, "mediaUrl", "mediaUrl is a whole address with https or http, such as https://example.org/a.mp4.")
    return kept


async def publish(session: Session, course_id: UUID) -> Course:
    """Everyone may hear it from now on. One that is published stays as it is."""
    course = await get_visible(session, course_id)
    openness.seen_open((await session.require(Scope.COURSES_MANAGE, at=course.organization_id)).organization)
    async with session.work() as work:
        if await models.courses.publish(course.id, work.now):
            work.touch(course.root_id, at={COURSES: [course.organization_id]})
            _audit(work, course)
        else:
            work.nothing_happened()
    found = await Course.get(id=course.id)
    if found.status is CourseStatus.ARCHIVED:
        raise CourseArchived("This course was archived; create a new course.", found)
    return found


async def archive(session: Session, course_id: UUID) -> Course:
    """Nobody hears it any more; what was heard before stays, and may still be reported. A lecturer withdraws its own
    draft. One that is archived stays as it is."""
    course = await get_visible(session, course_id)
    lineage = await session.lineage(course.organization_id)
    manages = session.allowed(Scope.COURSES_MANAGE, lineage)
    if not manages and (course.published_at is not None or session.signed_in().member_id != course.lecturer_id):
        await session.require(Scope.COURSES_MANAGE, at=course.organization_id)
    async with session.work() as work:
        if await models.courses.archive(course.id, work.now, drafts_only=not manages):
            work.touch(course.root_id, at={COURSES: [course.organization_id]})
            _audit(work, course)
        else:
            work.nothing_happened()
    found = await Course.get(id=course.id)
    if found.status is CourseStatus.PUBLISHED:
        raise NotAllowed("This course is published now; only those who manage courses there can archive it.")
    return found
