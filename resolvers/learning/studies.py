"""Hearing a course: reported in parts, live or later; a completed study pays its listener and its lecturer, once."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import models
from models import Course, PointsEntry, Study, StudyReport
from models.clock import COURSES
from resolvers import idempotency, visibility
from resolvers.learning import courses
from resolvers.points import ledger as points_ledger
from resolvers.points.earning import Act, earn
from resolvers.session import Session, Viewer, Work
from resolvers.visibility import NIL_ID
from rules import studies as rules
from rules.refusals import Checks, InvalidInput, NotAllowed
from rules.studies import Heard

HEARD, LECTURED = "course.heard", "course.lectured"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A study as it stood after a report. entry: what its listener earned; None until it is completed."""

    study: Study
    entry: PointsEntry | None

    @property
    def notice(self) -> str | None:
        """For a person: that the points count on another day than the one on which the course was heard."""
        if self.entry is None or self.entry.counts_at == self.entry.occurred_at:
            return None
        heard, counted = _utc(self.entry.occurred_at), _utc(self.entry.counts_at)
        return f"Heard {heard}, on a day that is final; its points count when it was reported, {counted}."


# ---------------------------------------------------------------- reads


async def get_visible(session: Session, study_id: UUID) -> Study:
    """One's own; otherwise for its lecturer, for who reviews where the course is, and for who may read the listener's
    ledger. NotFound for everybody else."""
    study = await Study.get_or_none(id=study_id)
    course = await Course.get_or_none(id=study.course_id if study else NIL_ID)
    member = await models.Member.get_or_none(id=study.member_id if study else NIL_ID)
    await session.know(course.organization_id if course else NIL_ID, member.organization_id if member else NIL_ID)
    if study and course and member and visibility.study(session, study, course, member):
        return study
    raise await session.not_found("There is no such study, or you may not see it.")


# ---------------------------------------------------------------- acts


async def record(
    session: Session, *, course_id: UUID, seconds: int, occurred_at: datetime | None, key: str
) -> Recorded:
    """The viewer heard a course up to a position. Same key and input: the same answer, and nothing happens twice."""
    course = await courses.get_visible(session, course_id)
    viewer = session.signed_in()
    if viewer.member_id is None or viewer.root_id != course.root_id:
        raise NotAllowed("This course is for the members of its root.")
    key = _checked(session, course, seconds, occurred_at, key)
    request = idempotency.request_hash("study", course_id, seconds, occurred_at)
    async with session.work() as work:
        report_id = uuid4()
        if made := await idempotency.made_before(session, key, request, report_id, work):
            return await _as_reported(made)
        occurred = points_ledger.past(occurred_at or work.now, work.now)
        begins = _open_at(course, occurred)
        kept = (
            (await models.studies.of_person([course.id], viewer.selves)).get(course.id) if viewer.duplicates else None
        )
        study = await models.studies.locked(course.id, kept.member_id if kept else viewer.member_id, begins)
        before = Heard(study.seconds, study.heard_by)
        after = rules.further(before, seconds, occurred)
        if after is None:
            raise _outran(before, seconds, occurred)
        await models.studies.advance(study.id, after.seconds, after.by)
        study.seconds = after.seconds
        if study.completed_at is None and study.seconds >= course.duration_seconds:
            await _complete(work, course, study, occurred, viewer)
        await _report(report_id, study, seconds, occurred, work.now)
        work.audit("Study", study.id, root=course.root_id, at=course.organization_id, members=[study.member_id])
    return await _as_reported(report_id)


def _checked(session: Session, course: Course, seconds: int, occurred_at: datetime | None, key: str) -> str:
    """The key. InvalidInput: something of the report could never be."""
    checks = Checks()
    checks.that(
        0 <= seconds <= course.duration_seconds,
        "positionSeconds",
        f"positionSeconds is {seconds}; this course lasts {course.duration_seconds} s, so it lies between 0 and that.",
    )
    key = idempotency.checked(checks, key)
    ahead = occurred_at is not None and occurred_at > session.now() + points_ledger.CLOCKS_APART
    checks.that(not ahead, "occurredAt", "occurredAt lies in the future.")
    checks.done()
    return key


def _open_at(course: Course, occurred: datetime) -> datetime:
    """Since when the course is published. InvalidInput: it was not at that moment."""
    if course.published_at is None:
        raise InvalidInput.at("courseId", "This course is not published, so nobody hears it yet.")
    if occurred < course.published_at:
        when = _utc(course.published_at)
        raise InvalidInput.at("occurredAt", f"occurredAt lies before the course was published, {when}.")
    if course.archived_at is not None and occurred > course.archived_at:
        raise InvalidInput.at("courseId", _archived(course.archived_at))
    return course.published_at


def _archived(at: datetime) -> str:
    return f"This course was archived {_utc(at)}; only what was heard before can be reported, with its occurredAt."


def _utc(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _outran(before: Heard, seconds: int, at: datetime) -> InvalidInput:
    """Which rule it breaks, and when the same position would be right."""
    gained = seconds - before.seconds
    passed = max(0, int((at - before.by).total_seconds()))
    return InvalidInput.at(
        "positionSeconds",
        f"positionSeconds goes from {before.seconds} to {seconds}, {gained} s further, and since {_utc(before.by)} only"
        f" {passed} s passed. A course is heard no faster than it lasts: say what was heard by then, or the time at"
        " which it was.",
    )


async def _complete(work: Work, course: Course, study: Study, at: datetime, viewer: Viewer) -> None:
    """Counted on the course and paid by the rules of the place that is credited: its listener, and its lecturer unless
    it is the same."""
    if not await models.courses.count_completed(course.id, at):
        found = await Course.get(id=course.id)
        raise InvalidInput.at("courseId", _archived(found.archived_at or at))
    earners = [(HEARD, study.member_id)]
    if course.lecturer_id not in viewer.selves:
        earners.append((LECTURED, course.lecturer_id))
    entries = await earn(
        work,
        course.root_id,
        [
            Act(
                rule=rule,
                member_id=member_id,
                occurred_at=at,
                reason=course.title,
                sources={"study_id": study.id},
                recorded_by=viewer.account_id,
            )
            for rule, member_id in earners
        ],
    )
    places = [one.organization_id for one in entries]
    position = await work.position(course.root_id)
    await models.studies.complete(study.id, at, position, places[0], places[1] if len(places) > 1 else None)
    study.completed_at = at
    # The count stands still for the public where anyone whom it tells of is frozen.
    frozen = await models.freezes.under(course.root_id, [course.organization_id, *places])
    under = min(frozen) if frozen else course.organization_id
    work.touch(course.root_id, at={COURSES: [course.organization_id]}, hidden_under=under)


async def _report(report_id: UUID, study: Study, seconds: int, occurred: datetime, now: datetime) -> None:
    await StudyReport.create(
        id=report_id,
        study_id=study.id,
        reported_seconds=seconds,
        seconds=study.seconds,
        completed_at=study.completed_at,
        occurred_at=occurred,
        recorded_at=now,
    )


async def _as_reported(report_id: UUID) -> Recorded:
    """The answer to a report, whenever it is asked for."""
    report = await StudyReport.get(id=report_id)
    study = await Study.get(id=report.study_id)
    study.seconds, study.completed_at = report.seconds, report.completed_at
    entry = None
    if report.completed_at is not None:
        entry = (await models.points.by_studies([study.id], HEARD)).get(study.id)
    return Recorded(study, entry)
