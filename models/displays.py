"""Displays: screens on a wall, their scenes, and the short-lived codes by which they are paired."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.models import Model

from models import sql
from models.pages import Listing, narrowed


class SceneKind(StrEnum):
    MEMBER_LEADERBOARD = "MEMBER_LEADERBOARD"
    ORGANIZATION_LEADERBOARD = "ORGANIZATION_LEADERBOARD"
    TASK_ARENA = "TASK_ARENA"
    BLOCK_BOARD = "BLOCK_BOARD"
    COURSES = "COURSES"


class Display(Model):
    """Its account signs in with no password: only with the token that the screen was handed when paired. version grows
    with each change of name, place, scenes or of a name that these show."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    root_id = fields.UUIDField()
    organization_id = fields.UUIDField()
    account_id = fields.UUIDField(unique=True)
    name = fields.CharField(max_length=100)
    version = fields.BigIntField(default=1)
    paired_at = fields.DatetimeField()
    paired_by_id = fields.UUIDField(null=True)  # account
    last_seen_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "displays"


class DisplayScene(Model):
    """organization_id None: the display's own. periods_back 0: the present period; 1: the one before it.
    failing_since: when the display first said that it can't show the scene."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    display_id = fields.UUIDField()
    place = fields.IntField()
    kind = fields.CharEnumField(SceneKind, max_length=30)
    organization_id = fields.UUIDField(null=True)
    period = fields.CharField(max_length=20, null=True)
    organization_kind = fields.CharField(max_length=20, null=True)
    scoring = fields.CharField(max_length=20, null=True)
    seconds = fields.IntField()
    periods_back = fields.IntField(default=0)
    failing_since = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "display_scenes"
        unique_together = (("display_id", "place"),)


class DisplayPairing(Model):
    """code is shown and short; the device's own code is 256 bits, kept as SHA-256. display_id: once approved."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    code = fields.CharField(max_length=16, unique=True)
    device_hash = fields.CharField(max_length=64, unique=True)
    address_hash = fields.CharField(max_length=64)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    display_id = fields.UUIDField(null=True, unique=True)
    claimed_at = fields.DatetimeField(null=True)

    class Meta(Model.Meta):
        table = "display_pairings"


# ---------------------------------------------------------------- pairing


async def forget_pairings(before: datetime) -> None:
    """Those that ran out."""
    await DisplayPairing.filter(expires_at__lte=before).delete()


async def keep_pairing(pairing: DisplayPairing) -> bool:
    """False: another screen shows this code."""
    kept = await sql.execute(
        """INSERT INTO display_pairings (id, code, device_hash, address_hash, created_at, expires_at)
           VALUES (:id, :code, :device, :address, :at, :expires) ON CONFLICT (code) DO NOTHING""",
        id=pairing.id,
        code=pairing.code,
        device=pairing.device_hash,
        address=pairing.address_hash,
        at=pairing.created_at,
        expires=pairing.expires_at,
    )
    return kept == 1


async def pairings_since(address_hash: str, since: datetime, most: int) -> int:
    """How many codes were made for an address; not counted beyond `most`."""
    found = await sql.value(
        """SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM display_pairings
           WHERE address_hash = :address AND created_at > :since LIMIT :most) AS recent""",
        address=address_hash,
        since=since,
        most=most,
    )
    return int(found or 0)


async def renew_pairing(pairing_id: UUID, code: str, expires_at: datetime) -> bool:
    """False: another screen shows this code, or this one was approved."""
    renewed = await sql.execute(
        """UPDATE display_pairings SET code = :code, expires_at = :expires WHERE id = :id AND display_id IS NULL
           AND NOT EXISTS (SELECT 1 FROM display_pairings AS other WHERE other.code = :code)""",
        id=pairing_id,
        code=code,
        expires=expires_at,
    )
    return renewed == 1


async def take_pairing(code: str, at: datetime) -> DisplayPairing | None:
    """The one that shows this code and nobody approved; nobody else takes it until the transaction ends."""
    taken = await sql.execute(
        "UPDATE display_pairings SET code = code WHERE code = :code AND display_id IS NULL AND expires_at > :at",
        code=code,
        at=at,
    )
    return await DisplayPairing.get(code=code) if taken else None


async def approve(pairing_id: UUID, display_id: UUID, expires_at: datetime) -> None:
    await DisplayPairing.filter(id=pairing_id).update(display_id=display_id, expires_at=expires_at)


async def claim(pairing_id: UUID, at: datetime) -> bool:
    """True for the first who asks after the approval."""
    return (
        await sql.execute(
            """UPDATE display_pairings SET claimed_at = :at
           WHERE id = :id AND display_id IS NOT NULL AND claimed_at IS NULL AND expires_at > :at""",
            id=pairing_id,
            at=at,
        )
        == 1
    )


# ---------------------------------------------------------------- displays


async def set_scenes(display_id: UUID, scenes: Sequence[DisplayScene]) -> None:
    await DisplayScene.filter(display_id=display_id).delete()
    for place, scene in enumerate(scenes):
        scene.display_id, scene.place = display_id, place
    await DisplayScene.bulk_create(list(scenes))


async def scenes(display_ids: Iterable[UUID]) -> dict[UUID, list[DisplayScene]]:
    """In the order they are shown; displays without any are missing."""
    found: dict[UUID, list[DisplayScene]] = {}
    for scene in await DisplayScene.filter(display_id__in=list(set(display_ids))).order_by("place"):
        found.setdefault(scene.display_id, []).append(scene)
    return found


async def report_scenes(display_id: UUID, failing: Sequence[UUID], at: datetime) -> None:
    """Which of its scenes the display can't show at that moment. A scene that failed before keeps its first moment."""
    of_display = DisplayScene.filter(display_id=display_id)
    await of_display.filter(failing_since=None, id__in=list(failing)).update(failing_since=at)
    await of_display.exclude(failing_since=None).exclude(id__in=list(failing)).update(failing_since=None)


async def by_ids(ids: Iterable[UUID]) -> dict[UUID, Display]:
    return {found.id: found for found in await Display.filter(id__in=list(set(ids)))}


async def changed(display_id: UUID) -> int:
    """Its next version. Locks the display until the transaction ends."""
    return await sql.value("UPDATE displays SET version = version + 1 WHERE id = :id RETURNING version", id=display_id)


async def lock_open(display_id: UUID) -> bool:
    """Until the transaction ends. False: it was revoked."""
    return bool(
        await sql.execute("UPDATE displays SET version = version WHERE id = :id AND revoked_at IS NULL", id=display_id)
    )


async def naming(organization_id: UUID) -> dict[UUID, int]:
    """Displays that show this organization's name, each with its next version."""
    found = await sql.rows(
        """UPDATE displays SET version = version + 1
           WHERE revoked_at IS NULL AND (organization_id = :organization OR id IN
             (SELECT display_id FROM display_scenes WHERE organization_id = :organization))
           RETURNING id, version""",
        organization=organization_id,
    )
    return {sql.uid(one["id"]): one["version"] for one in found}


async def versions(ids: Sequence[UUID]) -> dict[UUID, int]:
    found = await sql.rows("SELECT id, version FROM displays WHERE id IN :ids", ids=list(ids))
    return {sql.uid(one["id"]): one["version"] for one in found}


async def seen(ids: Iterable[UUID], at: datetime) -> None:
    """They are connected at this moment."""
    await sql.execute(
        """UPDATE displays SET last_seen_at = :at
           WHERE id IN :ids AND (last_seen_at IS NULL OR last_seen_at < :at)""",
        ids=list(ids),
        at=at,
    )


# ---------------------------------------------------------------- lists

DISPLAYS = Listing(
    Display,
    "displays t JOIN organization_paths p ON p.descendant_id = t.organization_id",
    "p.ancestor_id",
    (("paired_at", False), ("id", False)),
)
NOT_REVOKED = narrowed(DISPLAYS, "t.revoked_at IS NULL")
