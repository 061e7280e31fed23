"""Tasks and claims: the arena 任务擂台 as clients see it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

import models
from models import ClaimStatus, TaskReview, TaskStatus
from models.pages import Listing
from models.tasks import CLAIMS_IN_PUBLIC, CLAIMS_OF_TASK
from resolvers import visibility
from resolvers.arena import claims, tasks
from rules.ids import ClaimId, TaskId
from rules.roles import Scope
from schema import ids
from schema.context import Info
from schema.node import Node, fetched_by
from schema.pages import Connection, page_of

if TYPE_CHECKING:
    from schema.directory.members import Member
    from schema.directory.organizations import Organization
    from schema.points.entries import PointsEntry


# ---------------------------------------------------------------- types


def page_of_claims(
    info: Info,
    listing: Listing[models.Claim],
    parent: UUID,
    status: ClaimStatus | None,
    *,
    public: bool = False,
    **page: Any,
) -> Any:
    """A page of claims, of one status where one is given. public: of those and by the status that the public sees."""
    if public:
        session = info.context.session
        own = (session.viewer and session.viewer.member_id) or ids.NIL_ID
        page |= {"own": own, "no": False, **visibility.places(session, Scope.PERSONAL_READ)}
    if status is None:
        return page_of(info.context, listing, parent, Claim.of, **page)
    of_status = models.tasks.of_status(listing, public=public)
    return page_of(info.context, of_status, parent, Claim.of, status=status.value, **page)


@strawberry.type(description="Something to be done for points, put up for the members of an organization and below.")
class Task(Node):
    row: strawberry.Private[models.Task]
    owner: strawberry.Private[models.Organization | None]
    full: strawberry.Private[bool | None]

    @classmethod
    def of(cls, row: models.Task, owner: models.Organization | None = None, full: bool | None = None) -> "Task":
        """owner: the task's organization, where it is loaded already. full: whether what a freeze hides is shown, where
        that is known already."""
        return cls(
            id=strawberry.ID(ids.encode("Task", row.id)),
            row=row,
            owner=owner,
            full=full,
            title=row.title,
            description=row.description,
            points=row.points,
            status=row.status,
            review=row.review,
            capacity=row.capacity,
            opens_at=row.opens_at,
            due_at=row.due_at,
        )

    title: str = strawberry.field(description="Up to 200 characters.")
    description: str = strawberry.field(description="The work to do, and the proof required.")
    points: int = strawberry.field(description="The points that an approved claim earns.")
    status: TaskStatus = strawberry.field(description="The task's status.")
    review: TaskReview = strawberry.field(description="Who reviews submissions.")
    capacity: int | None = strawberry.field(
        description="How many may hold a claim at once, approved ones included; null is no limit."
    )
    opens_at: datetime | None = strawberry.field(description="When claiming begins; null: at publication.")
    due_at: datetime | None = strawberry.field(description="Claims not submitted by then expire; null: never.")

    @strawberry.field(description="Claims that hold a slot.")
    def claimed_count(self, info: Info) -> int:
        return self._seen(info, self.row.held, self.row.public_held)

    @strawberry.field(description="Claims that were approved.")
    def approved_count(self, info: Info) -> int:
        return self._seen(info, self.row.approved, self.row.public_approved)

    def _seen(self, info: Info, truth: int, public: int | None) -> Any:
        """What the viewer sees of a count; awaited by the executor where it has to be found out."""
        if public is None or self.full:
            return truth
        return public if self.full is False else self._find_out(info, truth, public)

    async def _find_out(self, info: Info, truth: int, public: int) -> int:
        await info.context.lineages.load(self.row.organization_id)
        return truth if visibility.truth(info.context.session, self.row.organization_id) else public

    @strawberry.field(description="The organization that offers the task.")
    def organization(self, info: Info) -> Annotated["Organization", strawberry.lazy("schema.directory.organizations")]:
        from schema.directory.organizations import Organization

        if self.owner is not None:
            return Organization.of(self.owner)
        return Organization.load(info, self.row.organization_id)  # type: ignore[return-value]  # awaited by the executor

    @strawberry.field(
        description="Claims of the task, oldest first. Members who hide their names are named to reviewers and to"
        " themselves only."
    )
    async def claims(
        self, info: Info, status: ClaimStatus | None = None, first: int | None = 20, after: str | None = None
    ) -> Connection["Claim"]:
        await info.context.lineages.load(self.row.organization_id)
        public = not visibility.truth(info.context.session, self.row.organization_id)
        listing = CLAIMS_IN_PUBLIC if public else CLAIMS_OF_TASK
        return await page_of_claims(info, listing, self.row.id, status, public=public, first=first, after=after)

    @strawberry.field(description="The viewer's own claim: the one that holds a slot, else the newest.")
    async def my_claim(self, info: Info) -> "Claim | None":
        viewer = info.context.session.viewer
        if viewer is None or viewer.member_id is None:
            return None
        selves = viewer.selves
        found = await info.context.by_key(("my_claim", selves), lambda keys: models.tasks.claims_of(keys, selves)).load(
            self.row.id
        )
        return Claim.of(found) if found else None


@strawberry.type(description="A member's hold on a task, from taking it to the decision.")
class Claim(Node):
    row: strawberry.Private[models.Claim]
    loaded: strawberry.Private[tuple[Task, Any] | None]

    @classmethod
    def of(cls, row: models.Claim, loaded: tuple[Task, Any] | None = None) -> "Claim":
        """loaded: its Task and its Member, where they are loaded already."""
        return cls(id=strawberry.ID(ids.encode("Claim", row.id)), row=row, loaded=loaded, claimed_at=row.claimed_at)

    claimed_at: datetime = strawberry.field(description="When the place was taken.")

    @strawberry.field(description="When proof was last submitted.")
    def submitted_at(self, info: Info) -> datetime | None:
        return self._seen(info, self.row.submitted_at, self.row.public_submitted_at)

    @strawberry.field(description="The claim's status.")
    def status(self, info: Info) -> ClaimStatus:
        return self._seen(info, self.row.status, self.row.public_status)

    @strawberry.field(description="When it was last approved, returned, rejected or released, or when it expired.")
    def decided_at(self, info: Info) -> datetime | None:
        return self._seen(info, self.row.decided_at, self.row.public_decided_at)

    def _seen(self, info: Info, truth: Any, public: Any) -> Any:
        """What the viewer sees; awaited by the executor where it has to be found out, for a freeze hides a decision."""
        return truth if self.row.public_status is None else self._find_out(info, truth, public)

    async def _find_out(self, info: Info, truth: Any, public: Any) -> Any:
        return truth if await self._confidential(info) else public

    @strawberry.field(description="The task.")
    def task(self, info: Info) -> Task:
        return self.loaded[0] if self.loaded else _load_task(info, self.row.task_id)  # type: ignore[return-value]

    @strawberry.field(description="The member who holds the claim.")
    def member(self, info: Info) -> Annotated["Member", strawberry.lazy("schema.directory.members")]:
        from schema.directory.members import Member

        return self.loaded[1] if self.loaded else Member.load(info, self.row.member_id)  # type: ignore[return-value]

    @strawberry.field(description="The proof submitted. For the claimant and reviewers; null to others and on screens.")
    async def evidence(self, info: Info) -> str | None:
        return self.row.evidence if await self._confidential(info) else None

    @strawberry.field(description="The reviewer's note. For the claimant and reviewers; null to others and on screens.")
    async def review_note(self, info: Info) -> str | None:
        return self.row.review_note if await self._confidential(info) else None

    @strawberry.field(description="The points earned; null until approved, and to those who may not see them.")
    async def points_entry(
        self, info: Info
    ) -> Annotated["PointsEntry", strawberry.lazy("schema.points.entries")] | None:
        from schema.points.entries import PointsEntry

        if self.row.status is not ClaimStatus.APPROVED or not await self._confidential(info):
            return None
        found = await info.context.entries_of_claims.load(self.row.id)
        return PointsEntry.of(found) if found else None

    async def _confidential(self, info: Info) -> bool:
        session = info.context.session
        if session.viewer is None or visibility.oneself(session, self.row.member_id):
            return session.viewer is not None
        task = await info.context.tasks.load(self.row.task_id)
        assert task
        await info.context.lineages.load(task.organization_id)
        return visibility.confidential(session, self.row, task)


async def _load_task(info: Info, task_id: UUID) -> Task:
    found = await info.context.tasks.load(task_id)
    assert found, "a claim's task is never deleted"
    return Task.of(found)


@fetched_by("Task")
async def _task(info: Info, key: list[str]) -> Task:
    return Task.of(await tasks.get_visible(info.context.session, TaskId(UUID(key[0]))))


@fetched_by("Claim")
async def _claim(info: Info, key: list[str]) -> Claim:
    return Claim.of((await claims.known_claim(info.context.session, ClaimId(UUID(key[0]))))[0])
