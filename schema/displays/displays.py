"""Displays: paired screens as clients see them."""

from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import strawberry

import models
from models import OrganizationKind, SceneKind
from models.displays import DISPLAYS, NOT_REVOKED
from resolvers.displays import displays
from rules.periods import PeriodKind
from rules.ranking import OrganizationScoring
from schema import ids
from schema.context import Info
from schema.directory.organizations import Organization
from schema.node import Node, fetched_by
from schema.pages import Connection, page_of

# ---------------------------------------------------------------- types


@strawberry.type(description="One entry of a display's rotation, shown for some seconds.")
class Scene:
    row: strawberry.Private[models.DisplayScene]
    home: strawberry.Private[UUID]

    @classmethod
    def of(cls, row: models.DisplayScene, home: UUID) -> "Scene":
        """home: where its display hangs."""
        return cls(
            id=strawberry.ID(ids.encode("Scene", row.id)),
            row=row,
            home=home,
            kind=row.kind,
            period=PeriodKind(row.period) if row.period else None,
            organization_kind=OrganizationKind(row.organization_kind) if row.organization_kind else None,
            scoring=OrganizationScoring(row.scoring) if row.scoring else None,
            seconds=row.seconds,
            periods_back=row.periods_back,
            failing_since=row.failing_since,
        )

    id: strawberry.ID = strawberry.field(description="Stable until the display's scenes are replaced.")
    kind: SceneKind = strawberry.field(description="The kind of board.")
    period: PeriodKind | None = strawberry.field(description="Of leaderboards; null for the others.")
    organization_kind: OrganizationKind | None = strawberry.field(
        description="The kind of organizations that are ranked; null for all but ORGANIZATION_LEADERBOARD."
    )
    scoring: OrganizationScoring | None = strawberry.field(
        description="How organizations are ranked; null for all but ORGANIZATION_LEADERBOARD."
    )
    seconds: int = strawberry.field(description="How long it is shown before the next.")
    periods_back: int = strawberry.field(
        description="0: the current period; 1: the one before it, and so on. The screen follows into the next "
        "period by itself."
    )
    failing_since: datetime | None = strawberry.field(
        description="When the display first reported that it cannot show this scene; null while it can. The "
        "display shows its other scenes meanwhile."
    )

    @strawberry.field(description="The organization of the board; the display's own organization by default.")
    def organization(self, info: Info) -> Organization:
        return Organization.load(info, self.row.organization_id or self.home)  # type: ignore[return-value]


@strawberry.type(
    description="A paired screen. It reads the public data of its organization, and of those above and below."
)
class Display(Node):
    row: strawberry.Private[models.Display]

    @classmethod
    def of(cls, row: models.Display) -> "Display":
        return cls(
            id=strawberry.ID(ids.encode("Display", row.id)),
            row=row,
            name=row.name,
            version=str(row.version),
            paired_at=row.paired_at,
            last_seen_at=row.last_seen_at,
            revoked_at=row.revoked_at,
        )

    name: str = strawberry.field(description="A name, such as the room of the screen.")
    version: str = strawberry.field(description="Grows whenever its name, place or scenes change. Compare as integers.")
    paired_at: datetime = strawberry.field(description="When a secretary approved it.")
    last_seen_at: datetime | None = strawberry.field(
        description="When it was last connected, to some seconds; null before the first time."
    )
    revoked_at: datetime | None = strawberry.field(description="When its token was revoked.")

    @strawberry.field(description="The organization of the display.")
    def organization(self, info: Info) -> Organization:
        return Organization.load(info, self.row.organization_id)  # type: ignore[return-value]

    @strawberry.field(description="The scenes, in turn.")
    async def scenes(self, info: Info) -> list[Scene]:
        found = await info.context.by_key("scenes", models.displays.scenes).load(self.row.id)
        return [Scene.of(one, self.row.organization_id) for one in found or ()]

    @strawberry.field(description="Whether it is connected now, or was 15 seconds ago.")
    def online(self, info: Info) -> bool:
        return displays.online(self.row, info.context.now)


DisplayConnection: TypeAlias = Connection[Display]


@strawberry.type(
    description="A pairing of a new screen. The screen shows the code and keeps the deviceCode secret. As in "
    "RFC 8628, for devices."
)
class DisplayPairing:
    code: str = strawberry.field(description="To be read off the screen: 6 letters and digits, none like another.")
    device_code: str = strawberry.field(description="The screen's own; claimDisplayToken wants it. Never shown.")
    approve_url: str = strawberry.field(
        description="The page where a secretary approves it; for a QR code beside the code."
    )
    expires_at: datetime = strawberry.field(description="When the screen must request a new code.")
    poll_seconds: int = strawberry.field(description="How long to wait between two calls of claimDisplayToken.")


# ---------------------------------------------------------------- inputs


@strawberry.input(description="One scene of a display.")
class SceneInput:
    kind: SceneKind = strawberry.field(description="The kind of board.")
    organization_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The organization of the board: at, above or below the display's organization. Left out: the "
        "display's own.",
    )
    period: PeriodKind | None = strawberry.field(default=None, description="Of leaderboards; MONTH where left out.")
    organization_kind: OrganizationKind | None = strawberry.field(
        default=None,
        description="Of ORGANIZATION_LEADERBOARD; where left out, GROUP for a branch's board and BRANCH for others. "
        "GROUP is possible for the board of a branch only.",
    )
    scoring: OrganizationScoring | None = strawberry.field(
        default=None, description="Of ORGANIZATION_LEADERBOARD; MEAN where left out."
    )
    seconds: int = strawberry.field(default=15, description="How long it is shown, 3 to 3600 seconds.")
    periods_back: int = strawberry.field(
        default=0, description="Of leaderboards, not of ALL_TIME: 0 to 12 periods before the present one."
    )

    def read(self) -> displays.Scene:
        return displays.Scene(
            self.kind,
            ids.optional(self.organization_id, "Organization"),
            self.period,
            self.organization_kind,
            self.scoring,
            self.seconds,
            self.periods_back,
        )


@strawberry.input(description="The screen, its organization and its scenes.")
class ApproveDisplayPairingInput:
    code: str = strawberry.field(description="As the screen shows it, in any case, with or without spaces.")
    organization_id: strawberry.ID = strawberry.field(description="The organization of the display.")
    name: str = strawberry.field(description="1 to 100 characters, such as the room.")
    scenes: list[SceneInput] = strawberry.field(description="1 to 30, in the order they are shown.")


@strawberry.input(description="The screen's own code.")
class ClaimDisplayTokenInput:
    device_code: str = strawberry.field(description="From requestDisplayPairing.")


@strawberry.input(description="The changes; fields that are left out or null stay unchanged.")
class UpdateDisplayInput:
    display_id: strawberry.ID = strawberry.field(description="The display.")
    name: str | None = strawberry.field(default=None, description="1 to 100 characters.")
    organization_id: strawberry.ID | None = strawberry.field(
        default=None, description="The new organization, in the same root."
    )
    scenes: list[SceneInput] | None = strawberry.field(default=None, description="All of them, in order.")


@strawberry.input(description="The display to revoke.")
class RevokeDisplayInput:
    display_id: strawberry.ID = strawberry.field(description="The display.")


@strawberry.input(description="A display's report about its scenes.")
class ReportScenesInput:
    failing_scene_ids: list[strawberry.ID] = strawberry.field(
        description="Those of its scenes that it cannot show at the moment, at most 30; empty when it can show all."
    )


# ---------------------------------------------------------------- queries


@fetched_by("Display")
async def _display(info: Info, key: list[str]) -> Display:
    return Display.of(await displays.get_visible(info.context.session, UUID(key[0])))


@strawberry.type
class DisplayQueries:
    @strawberry.field(
        description="The displays of an organization and of all below it, the longest paired first. Null for "
        "those who may not manage them."
    )
    async def displays(
        self,
        info: Info,
        organization_id: strawberry.ID,
        first: int | None = 50,
        after: str | None = None,
        include_revoked: bool | None = False,
    ) -> Connection[Display] | None:
        session = info.context.session
        organization = await displays.managed_at(session, ids.read(organization_id, "Organization"))
        if organization is None:
            return None
        listing = DISPLAYS if include_revoked else NOT_REVOKED
        first = 50 if first is None else first
        return await page_of(info.context, listing, organization.id, Display.of, first=first, after=after)
