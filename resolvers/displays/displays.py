"""Displays: what each shows, and where it hangs. How they come to be: display_pairings.py.

A display reads, nothing else: what is public of its own organization, of those above it and of those below it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import models
from models import Display, DisplayScene, Organization, OrganizationKind, SceneKind, closings
from resolvers import openness, visibility
from resolvers.facts import Fact, SomethingBegan
from resolvers.session import Session, Work
from resolvers.visibility import NIL_ID
from rules.periods import PeriodKind
from rules.ranking import OrganizationScoring
from rules.refusals import Checks, InvalidInput, NotAllowed, NotFound
from rules.roles import Scope

MOST_SCENES = 30
SECONDS_SHOWN = range(3, 3601)
MOST_BACK = 12  # periods
GROUP = OrganizationKind.GROUP
INSIDE = (OrganizationKind.BRANCH, GROUP)  # where a screen sees groups
SEEN_WITHIN = timedelta(seconds=15)  # a display that is connected says so every five


@dataclass(frozen=True, slots=True)
class Scene:
    """What a display shows for some seconds. organization_id None: its own. periods_back 0: the present period."""

    kind: SceneKind
    organization_id: UUID | None
    period: PeriodKind | None
    organization_kind: OrganizationKind | None
    scoring: OrganizationScoring | None
    seconds: int
    periods_back: int = 0


@dataclass(frozen=True, slots=True)
class DisplayKey:
    display_id: UUID
    organization_id: UUID


def topics(key: DisplayKey) -> frozenset[str]:
    return frozenset({f"d:{key.display_id}"})


# ---------------------------------------------------------------- reads


async def own(session: Session) -> Display:
    """The display that asks. NotAllowed: a person does."""
    viewer = session.reader()
    if viewer.display_id is None:
        raise NotAllowed("This is for a paired display: it follows itself.")
    return await Display.get(id=viewer.display_id)


async def get_visible(session: Session, display_id: UUID) -> Display:
    """To itself, and to those who may manage it. NotFound otherwise."""
    found = await Display.get_or_none(id=display_id)
    await session.know(found.organization_id if found else NIL_ID)
    if found and visibility.display(session, found):
        return found
    raise await session.not_found("There is no such display, or you may not see it.")


async def managed_at(session: Session, organization_id: UUID) -> Organization | None:
    """The organization, if the viewer manages displays there."""
    try:
        lineage = await session.visible(organization_id)
    except NotFound:
        return None
    return lineage[-1] if session.allowed(Scope.DISPLAYS_MANAGE, lineage) else None


async def versions(keys: Sequence[DisplayKey]) -> dict[DisplayKey, int]:
    found = await models.displays.versions([one.display_id for one in keys])
    return {one: found[one.display_id] for one in keys if one.display_id in found}


def online(display: Display, now: datetime) -> bool:
    seen = display.last_seen_at
    return display.revoked_at is None and seen is not None and now - seen <= SEEN_WITHIN


# ---------------------------------------------------------------- what a scene may say


async def checked_scenes(
    session: Session, place: Sequence[Organization], scenes: Sequence[Scene]
) -> list[DisplayScene]:
    """Rows for a display that hangs at `place`. InvalidInput names the scene that can't be shown there."""
    checks = Checks()
    checks.that(
        1 <= len(scenes) <= MOST_SCENES,
        "scenes",
        f"A display shows 1 to {MOST_SCENES} scenes; {len(scenes)} are given.",
    )
    asked = [one.organization_id for one in scenes if one.organization_id]
    await session.know_lineages(asked)
    for index, scene in enumerate(scenes):
        path = f"scenes.{index}"
        checks.that(
            scene.seconds in SECONDS_SHOWN,
            f"{path}.seconds",
            f"seconds is {scene.seconds}; a scene is shown for {SECONDS_SHOWN[0]} to {SECONDS_SHOWN[-1]} seconds.",
        )
        checks.that(
            0 <= scene.periods_back <= MOST_BACK,
            f"{path}.periodsBack",
            f"periodsBack is {scene.periods_back}; a scene shows the present period, 0, or one of the {MOST_BACK} "
            "before it.",
        )
        checks.that(
            scene.period is not PeriodKind.ALL_TIME or not scene.periods_back,
            f"{path}.periodsBack",
            "ALL_TIME has no period before it; leave periodsBack out.",
        )
        shown = session.lineages.get(scene.organization_id, ()) if scene.organization_id else place
        ranks_groups = scene.kind is SceneKind.ORGANIZATION_LEADERBOARD and scene.organization_kind is GROUP
        checks.that(
            not shown or not ranks_groups or shown[-1].kind in INSIDE,
            f"{path}.organizationKind",
            "Groups are ranked within their branch only; name a branch in organizationId, or rank another kind.",
        )
        if scene.organization_id:
            checks.that(
                _shown_at(place, shown),
                f"{path}.organizationId",
                "A display shows its own organization, one above it or one below it, and a group only in its branch.",
            )
    checks.done()
    return [_row(one, session.lineages[one.organization_id] if one.organization_id else place) for one in scenes]


def _row(scene: Scene, shown: Sequence[Organization]) -> DisplayScene:
    """Without what its kind has no use for. shown: the lineage of the organization whose board it is."""
    ranks = scene.kind in (SceneKind.MEMBER_LEADERBOARD, SceneKind.ORGANIZATION_LEADERBOARD)
    organizations = scene.kind is SceneKind.ORGANIZATION_LEADERBOARD
    return DisplayScene(
        id=uuid4(),
        kind=scene.kind,
        organization_id=scene.organization_id,
        period=(scene.period or PeriodKind.MONTH) if ranks else None,
        organization_kind=(scene.organization_kind or _below(shown)) if organizations else None,
        scoring=(scene.scoring or OrganizationScoring.MEAN) if organizations else None,
        seconds=scene.seconds,
        periods_back=scene.periods_back if ranks else 0,
    )


def _below(shown: Sequence[Organization]) -> OrganizationKind:
    """What a board of organizations ranks by default."""
    return GROUP if shown[-1].kind is OrganizationKind.BRANCH else OrganizationKind.BRANCH


def _moved(scene: Scene, place: Sequence[Organization]) -> Scene:
    """As it fits where its display comes to hang: a branch's own board ranks groups, another's branches."""
    if scene.organization_id is None and scene.organization_kind in (OrganizationKind.BRANCH, GROUP):
        return replace(scene, organization_kind=_below(place))
    return scene


def _shown_at(place: Sequence[Organization], shown: Sequence[Organization]) -> bool:
    if not shown:
        return False
    here, there = {one.id for one in place}, {one.id for one in shown}
    if shown[-1].id not in here and place[-1].id not in there:
        return False
    branch = [one.id for one in shown if one.kind is not OrganizationKind.GROUP][-1:]
    return shown[-1].kind is not OrganizationKind.GROUP or (bool(branch) and branch[0] in here)


def checked_name(checks: Checks, name: str) -> str:
    return checks.line(name, "name", least=1, most=100)


# ---------------------------------------------------------------- acts


async def _managed(session: Session, display_id: UUID) -> Display:
    session.signed_in()
    found = await get_visible(session, display_id)
    await session.require(Scope.DISPLAYS_MANAGE, at=found.organization_id)
    return found


async def update(
    session: Session,
    display_id: UUID,
    *,
    name: str | None,
    organization_id: UUID | None,
    scenes: Sequence[Scene] | None,
) -> Display:
    """None leaves it as it is. Moved, it goes on with its token, and sees what may be seen from there."""
    found = await _managed(session, display_id)
    checks = Checks()
    name = checked_name(checks, name) if name is not None else None
    checks.done()
    if organization_id is not None:
        permit = await session.require(Scope.DISPLAYS_MANAGE, at=organization_id)
        if permit.organization.root_id != found.root_id:
            raise InvalidInput.at("organizationId", "Displays cannot change their root; pair the screen again there.")
    place = await session.lineage(organization_id or found.organization_id)
    rows = None if scenes is None else await checked_scenes(session, place, scenes)
    if scenes is None and organization_id is not None:
        kept = [_scene(one) for one in (await models.displays.scenes([found.id])).get(found.id, [])]
        fitting = [_moved(one, place) for one in kept]
        checked = await checked_scenes(session, place, fitting)  # those it goes on showing
        rows = checked if fitting != kept else None
    async with session.work() as work:
        version = await models.displays.changed(found.id)
        if (await Display.get(id=found.id)).revoked_at is not None:
            raise NotFound("This display was revoked; pair the screen again.")
        changes = {
            **({"name": name} if name is not None else {}),
            **({"organization_id": organization_id} if organization_id is not None else {}),
        }
        if changes:
            await Display.filter(id=found.id).update(**changes)
        if rows is not None:
            await models.displays.set_scenes(found.id, rows)
        work.touch_displays(found.root_id, {found.id: version})
        if organization_id is not None:
            work.change_rights()
            await openness.still_open(work, found.root_id, organization_id)
        places = dict.fromkeys([found.organization_id, organization_id or found.organization_id])
        for place in places:  # where it hung, and where it hangs
            work.audit("Display", found.id, root=found.root_id, at=place)
    return await Display.get(id=found.id)


def _scene(row: DisplayScene) -> Scene:
    return Scene(
        row.kind,
        row.organization_id,
        PeriodKind(row.period) if row.period else None,
        OrganizationKind(row.organization_kind) if row.organization_kind else None,
        OrganizationScoring(row.scoring) if row.scoring else None,
        row.seconds,
        row.periods_back,
    )


async def report_scenes(session: Session, failing: Sequence[UUID]) -> Display:
    """What the display that asks says of itself: which of its scenes it can't show; it shows the others."""
    display = await own(session)
    if len(failing) > MOST_SCENES:
        raise InvalidInput.at("failingSceneIds", f"A display shows at most {MOST_SCENES} scenes.")
    await models.displays.report_scenes(display.id, failing, session.now())
    return display


async def revoke(session: Session, display_id: UUID) -> Display:
    """Its token is no longer good; its streams end within seconds. Again: nothing more happens."""
    found = await _managed(session, display_id)
    async with session.work() as work:
        await end(work, found)
        work.audit("Display", found.id, root=found.root_id, at=found.organization_id)
    return await Display.get(id=found.id)


async def end(work: Work, found: Display) -> None:
    version = await models.displays.changed(found.id)
    await Display.filter(id=found.id, revoked_at=None).update(revoked_at=work.now)
    await models.sessions.revoke_others(found.account_id, work.now, keep=None)
    work.touch_displays(found.root_id, {found.id: version})
    work.change_rights()


async def end_all_at(work: Work, fact: Fact) -> None:
    """Of an organization that closes."""
    ended = await closings.displays(fact.subject)
    for display in ended:
        await end(work, display)
    if ended:
        work.audit("Display", *(one.id for one in ended), root=fact.root_id, at=fact.subject)


async def none_is_left_at(work: Work, fact: Fact) -> None:
    if await closings.displays(fact.subject):
        raise SomethingBegan(f"a display of organization {fact.subject}")
