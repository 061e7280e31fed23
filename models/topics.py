"""Versions of boards by topic: a row for each topic and organization, from the first change on.

A kind of board names its topic and needs no column of its own. A change at an organization raises its row and the rows
of the organizations above it. What changes every board, such as a new name, raises `all_changed` of board_versions.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from uuid import UUID

from models import sql

VersionsOf = Callable[[Sequence[UUID]], Awaitable[dict[UUID, tuple[int, int]]]]  # the true one, the public one


async def mark(topic: str, root: UUID, ids: Collection[UUID], to: Mapping[str, int]) -> set[UUID]:
    """Raises the versions at these organizations and above. to: `changed`, `public_changed` or both. Gives all that
    were raised. Under the root's clock lock."""
    columns = ", ".join(to)
    found = await sql.rows(
        f"""INSERT INTO topic_versions (topic, subject_id, root_id, {columns})
            SELECT :topic, ancestor_id, :root, {", ".join(f":{one}" for one in to)} FROM organization_paths
            WHERE descendant_id IN :ids GROUP BY ancestor_id
            ON CONFLICT (topic, subject_id) DO UPDATE SET {", ".join(f"{one} = excluded.{one}" for one in to)}
            RETURNING subject_id""",
        topic=topic,
        root=root,
        ids=list(ids),
        **to,
    )
    return set(sql.uids(one["subject_id"] for one in found))


def versions_of(topic: str) -> VersionsOf:
    """Of boards of one topic, in one statement: the newest of their own changes and of those of all boards."""

    async def versions(organization_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
        found = await sql.rows(
            """SELECT v.organization_id AS id, v.all_changed, v.public_all_changed,
                 COALESCE(t.changed, 0) AS changed, COALESCE(t.public_changed, 0) AS public_changed
               FROM board_versions v
               LEFT JOIN topic_versions t ON t.topic = :topic AND t.subject_id = v.organization_id
               WHERE v.organization_id IN :ids""",
            topic=topic,
            ids=list(organization_ids),
        )
        return {
            sql.uid(one["id"]): (
                max(one["all_changed"], one["changed"]),
                max(one["public_all_changed"], one["public_changed"]),
            )
            for one in found
        }

    return versions
