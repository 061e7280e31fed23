"""The tree. `organization_paths` holds every (ancestor, descendant) pair, itself included at depth 0."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from models import sql
from models.id_fields import key
from models.pages import Listing, narrowed
from rules import periods
from rules.ids import OrganizationId

SETTLING_HOURS = 72
TIME_ZONE = periods.USUAL_ZONE


class OrganizationKind(StrEnum):
    COMMITTEE = "COMMITTEE"
    GENERAL_BRANCH = "GENERAL_BRANCH"
    BRANCH = "BRANCH"
    GROUP = "GROUP"


class Lecturing(StrEnum):
    EVERY_MEMBER = "EVERY_MEMBER"
    NAMED_BY_SECRETARY = "NAMED_BY_SECRETARY"


class Organization(Model):
    id = key(OrganizationId)
    code = fields.CharField(max_length=64, unique=True)
    name = fields.CharField(max_length=200)
    kind = fields.CharEnumField(OrganizationKind, max_length=20)
    parent_id = fields.UUIDField(null=True)
    root_id = fields.UUIDField()
    time_zone = fields.CharField(max_length=64, default=TIME_ZONE)  # the root's counts
    settling_hours = fields.IntField(default=SETTLING_HOURS)  # the root's counts
    lecturing = fields.CharEnumField(Lecturing, max_length=20, null=True)  # null: as above it
    created_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)  # null: it is open

    class Meta(Model.Meta):
        table = "organizations"


class OrganizationPath(Model):
    id = fields.BigIntField(primary_key=True)
    ancestor_id = fields.UUIDField()
    descendant_id = fields.UUIDField()
    depth = fields.IntField()

    class Meta(Model.Meta):
        table = "organization_paths"
        unique_together = (("descendant_id", "ancestor_id"),)


async def lock_tree(root_id: UUID) -> None:
    """Until the transaction ends: the first lock of every change of the tree's shape."""
    await sql.execute("UPDATE organizations SET kind = kind WHERE id = :root", root=root_id)


async def insert(organization: Organization) -> None:
    """A new node with its paths; the parent's root, zone and settling time are its own.

    IntegrityError: the code is taken. Locks the tree first, so that no move of the parent comes between.
    """
    await lock_tree(organization.root_id)
    await organization.save(force_create=True)
    await sql.execute(
        """INSERT INTO organization_paths (ancestor_id, descendant_id, depth)
           SELECT ancestor_id, :id, depth + 1 FROM organization_paths WHERE descendant_id = :parent
           UNION ALL SELECT id, id, 0 FROM organizations WHERE id = :id""",
        id=organization.id,
        parent=organization.parent_id,
    )


async def move(organization: Organization, parent: Organization) -> bool:
    """Hang a subtree below another parent of the same root. False: the parent lies inside the subtree.

    Locks the tree first, so that two moves cannot make a cycle together.
    """
    await lock_tree(organization.root_id)
    if await sql.row(
        "SELECT 1 FROM organization_paths WHERE ancestor_id = :top AND descendant_id = :parent",
        top=organization.id,
        parent=parent.id,
    ):
        return False
    await sql.execute(
        """DELETE FROM organization_paths
           WHERE descendant_id IN (SELECT descendant_id FROM organization_paths WHERE ancestor_id = :top)
             AND ancestor_id IN
               (SELECT ancestor_id FROM organization_paths WHERE descendant_id = :top AND depth > 0)""",
        top=organization.id,
    )
    await sql.execute(
        """INSERT INTO organization_paths (ancestor_id, descendant_id, depth)
           SELECT above.ancestor_id, below.descendant_id, above.depth + below.depth + 1
           FROM organization_paths above, organization_paths below
           WHERE above.descendant_id = :parent AND below.ancestor_id = :top""",
        top=organization.id,
        parent=parent.id,
    )
    await sql.execute(
        "UPDATE organizations SET parent_id = :parent WHERE id = :top", parent=parent.id, top=organization.id
    )
    organization.parent_id = parent.id
    return True


async def change(organization_id: UUID, *, code: str | None, name: str | None, lecturing: Lecturing | None) -> None:
    """None leaves it as it is. IntegrityError: the code is taken."""
    wanted = {"code": code, "name": name, "lecturing": lecturing}
    await Organization.filter(id=organization_id).update(
        **{key: value for key, value in wanted.items() if value is not None}
    )


async def lineages(ids: Iterable[UUID]) -> dict[UUID, list[Organization]]:
    """Each organization's ancestors, root first, itself last. Unknown ids are missing."""
    wanted = list(set(ids))
    found = await sql.rows(
        """SELECT p.descendant_id AS of_id, o.*
           FROM organization_paths p JOIN organizations o ON o.id = p.ancestor_id
           WHERE p.descendant_id IN :ids ORDER BY p.depth DESC""",
        ids=wanted,
    )
    lines: dict[UUID, list[Organization]] = {}
    for one in found:
        lines.setdefault(sql.uid(one.pop("of_id")), []).append(Organization._init_from_db(**one))
    return lines


async def by_ids(ids: Iterable[UUID]) -> dict[UUID, Organization]:
    return {found.id: found for found in await Organization.filter(id__in=list(set(ids)))}


async def member_counts(ids: Sequence[UUID], descendants: bool) -> dict[UUID, int]:
    """Active members of each organization, or of it and all below."""
    found = await sql.rows(
        """SELECT p.ancestor_id AS id, COUNT(*) AS members
           FROM organization_paths p
           JOIN memberships m ON m.organization_id = p.descendant_id AND m.to_at IS NULL
             AND m.member_id NOT IN (SELECT id FROM members WHERE merged_into_id IS NOT NULL)
           WHERE p.ancestor_id IN :ids AND (p.depth = 0 OR :below = 1) GROUP BY p.ancestor_id""",
        ids=list(ids),
        below=int(descendants),
    )
    return {sql.uid(one["id"]): one["members"] for one in found}


async def places_of_members(organization_id: UUID) -> list[UUID]:
    """Where the members now here ever belonged or earned: the boards that name this organization beside them."""
    found = await sql.rows(
        """SELECT p.organization_id FROM memberships p JOIN members m ON m.id = p.member_id
           WHERE m.organization_id = :id
           UNION SELECT e.organization_id FROM points_entries e JOIN members m ON m.id = e.member_id
           WHERE m.organization_id = :id""",
        id=organization_id,
    )
    return sql.uids(one["organization_id"] for one in found)


async def organizations_of_claims(organization_id: UUID) -> list[UUID]:
    """Whose arenas may name this one: the organizations that set tasks which the members now here claimed."""
    found = await sql.rows(
        """SELECT DISTINCT t.organization_id FROM members m JOIN claims c ON c.member_id = m.id
           JOIN tasks t ON t.id = c.task_id WHERE m.organization_id = :id""",
        id=organization_id,
    )
    return sql.uids(one["organization_id"] for one in found)


async def settling_root(root_id: UUID) -> tuple[str, int]:
    """The root's IANA zone and its settling time in hours."""
    found = await sql.row("SELECT time_zone, settling_hours FROM organizations WHERE id = :id", id=root_id)
    assert found, "a root is never deleted"
    return found["time_zone"], found["settling_hours"]


async def set_time_zone(root_id: UUID, zone: str) -> None:
    await sql.execute("UPDATE organizations SET time_zone = :zone WHERE root_id = :root", zone=zone, root=root_id)


async def recorded(root_ids: Collection[UUID]) -> set[UUID]:
    """Those of the roots of which something stands that belongs to a day or a month: points, studies, freezes."""
    found = await sql.rows(
        """SELECT o.id FROM organizations o WHERE o.id IN :roots AND (
             EXISTS (SELECT 1 FROM points_entries e WHERE e.root_id = o.id)
             OR EXISTS (SELECT 1 FROM freezes f WHERE f.root_id = o.id)
             OR EXISTS (SELECT 1 FROM redemptions r WHERE r.root_id = o.id)
             OR EXISTS (SELECT 1 FROM studies s JOIN courses c ON c.id = s.course_id WHERE c.root_id = o.id))""",
        roots=list(root_ids),
    )
    return set(sql.uids(one["id"] for one in found))


def new(
    *, code: str, name: str, kind: OrganizationKind, parent: Organization | None, time_zone: str, at: datetime
) -> Organization:
    made = Organization(
        code=code,
        name=name,
        kind=kind,
        parent_id=parent.id if parent else None,
        time_zone=parent.time_zone if parent else time_zone,
        settling_hours=parent.settling_hours if parent else SETTLING_HOURS,
        created_at=at,
    )
    made.root_id = parent.root_id if parent else made.id
    return made


# ---------------------------------------------------------------- lists

CHILDREN = Listing(Organization, "organizations t", "t.parent_id", (("code", False), ("id", False)))
# A screen sees what is on its way, and a GROUP only from inside its branch.
CHILDREN_ON_THE_WAY = narrowed(
    CHILDREN,
    """EXISTS (SELECT 1 FROM organization_paths w WHERE w.ancestor_id = t.id AND w.descendant_id = :hangs
         OR w.ancestor_id = :hangs AND w.descendant_id = t.id)
       AND (t.kind <> 'GROUP' OR NOT EXISTS (
         SELECT 1 FROM organization_paths g JOIN organizations o ON o.id = g.ancestor_id
         WHERE g.descendant_id = t.id AND o.kind <> 'GROUP' AND o.id NOT IN :place))""",
)
ROOTS = Listing(
    Organization,
    "organizations t JOIN accounts a ON t.parent_id IS NULL",
    "a.id",
    (("code", False), ("id", False)),
    "(:everything = 1 OR t.id IN :seen)",
)


def open_ones(listing: Listing[Organization]) -> Listing[Organization]:
    """Without those that are closed."""
    return narrowed(listing, "t.closed_at IS NULL")
