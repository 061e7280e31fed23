"""Courses and studies: counted, paid and heard as their own reports say, each of which is gone through again."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from models import sql, verifying
from resolvers.learning.studies import HEARD, LECTURED
from resolvers.snapshot import Findings, Snapshot
from rules.merging import Merge, survivors
from rules.studies import Heard, further

Row = dict[str, Any]


async def verify(read: Snapshot) -> Findings:
    courses = {sql.uid(one["id"]): one for one in await verifying.courses()}
    studies = await verifying.studies()
    reports: dict[UUID, list[Row]] = defaultdict(list)
    for one in await verifying.study_reports():
        reports[sql.uid(one["study_id"])].append(one)
    paid: dict[UUID, list[Row]] = defaultdict(list)
    for one in await verifying.entries_of_studies():
        paid[sql.uid(one["study_id"])].append(one)
    merges = {root: read.merged(root) for root in read.dials}
    found = list(_counted(courses, studies))
    for study in studies:
        course, study_id = courses[sql.uid(study["course_id"])], sql.uid(study["id"])
        found += [*_heard(course, study, reports[study_id]), *_paid(course, study, paid[study_id], merges)]
    return Findings(found)


def _counted(courses: dict[UUID, Row], studies: list[Row]) -> Iterator[str]:
    completed: dict[UUID, int] = defaultdict(int)
    for one in studies:
        completed[sql.uid(one["course_id"])] += one["completed_at"] is not None
    for course_id, course in courses.items():
        if course["completed"] != completed[course_id]:
            yield f"Course {course_id} counts {course['completed']} completions; {completed[course_id]} studies are."


def _heard(course: Row, study: Row, reports: list[Row]) -> Iterator[str]:
    name = f"Study {study['id']}"
    stands = Heard(0, sql.instant(course["published_at"]))
    for one in reports:
        after = further(stands, one["reported_seconds"], sql.instant(one["occurred_at"]))
        if after is None or after.seconds != one["seconds"]:
            yield f"{name}: report {one['id']} brought it to {one['seconds']} s, which outruns the time that passed."
            return
        stands = after
    if (stands.seconds, stands.by) != (study["seconds"], sql.instant(study["heard_by"])):
        yield f"{name} stands at {study['seconds']} s by {study['heard_by']}; its reports say {stands.seconds} s."
    ended = study["seconds"] >= course["duration_seconds"]
    if ended != (study["completed_at"] is not None):
        until = study["completed_at"] or "never"
        yield f"{name} stands at {study['seconds']} of {course['duration_seconds']} s, completed {until}."


def _paid(course: Row, study: Row, entries: list[Row], merges: Mapping[UUID, Sequence[Merge]]) -> Iterator[str]:
    """Once to the listener and, unless it was the same person, once to the lecturer, when it was completed."""
    then = survivors(merges.get(sql.uid(course["root_id"]), ()), study["completed_position"] or 0, None)
    listener, lecturer = sql.uid(study["member_id"]), sql.uid(course["lecturer_id"])
    own = then.get(listener, listener) == then.get(lecturer, lecturer)
    due = [] if study["completed_at"] is None else [HEARD] if own else [HEARD, LECTURED]
    given = sorted(one["rule"] for one in entries)
    if given != due:
        yield f"Study {study['id']} earned by {', '.join(given) or 'nothing'}; it is due {', '.join(due) or 'nothing'}."
    elif any(one["position"] != study["completed_position"] for one in entries):
        yield f"Study {study['id']} was completed at {study['completed_position']} and paid at another position."
