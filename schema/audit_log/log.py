"""The audit log: who did what to whom, when, from where."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias
from uuid import UUID

import strawberry

import models
from models import AuditActor, AuditOutcome, pages
from resolvers.audit_log import log
from rules import audit_sentences
from schema import ids
from schema.context import Info
from schema.node import Node, fetched_by
from schema.pages import DEFAULT_PAGE, Connection, connection

if TYPE_CHECKING:
    from schema.directory.members import Member
    from schema.directory.organizations import Organization

# ---------------------------------------------------------------- types


@strawberry.type(description="A detail of an act besides its subject; never personal.")
class AuditDetail:
    name: str = strawberry.field(description="The kind of detail: `changed`, `role`, `created`, …")
    value: str = strawberry.field(description="Text, or JSON for other types.")


@strawberry.type(
    description="One act, written in its transaction and never changed. Each entry is sealed together with "
    "the one before it in its root. `leitai verify` therefore names entries that were changed, "
    "inserted or removed."
)
class AuditEntry(Node):
    row: strawberry.Private[models.AuditEntry]

    @classmethod
    def of(cls, row: models.AuditEntry) -> "AuditEntry":
        return cls(
            id=strawberry.ID(ids.encode("AuditEntry", row.id)),
            row=row,
            sequence=row.sequence,
            happened_at=row.happened_at,
            action=row.action,
            outcome=row.outcome,
            actor=row.actor,
            subject_type=row.subject_type,
            subject_count=row.subjects,
            hash=row.hash,
        )

    sequence: int = strawberry.field(description="Its place in its root, from 1 on without a gap.")
    happened_at: datetime = strawberry.field(description="The time of the act.")
    action: str = strawberry.field(
        description="The mutation's name; `leitai …` for the command line; `Member.phone` for reading whole numbers."
    )
    outcome: AuditOutcome = strawberry.field(description="The outcome.")
    actor: AuditActor = strawberry.field(description="The actor.")
    subject_type: str | None = strawberry.field(description="The type of the subject; null: none.")
    subject_count: int = strawberry.field(description="The number of subjects.")
    hash: str = strawberry.field(description="Over all of this and the entry before it: key's name and HMAC-SHA256.")

    @strawberry.field(description="The global ids of the subjects; at most the first 20.")
    def subject_ids(self) -> list[strawberry.ID]:
        kind = self.row.subject_type or ""
        return [strawberry.ID(ids.encode(kind, one)) for one in models.audit.unlisted(self.row.subject_ids)]

    @strawberry.field(description="The member who acted; null if the actor was not a member.")
    async def actor_member(self, info: Info) -> Annotated["Member", strawberry.lazy("schema.directory.members")] | None:
        from schema.directory.members import Member

        found = self.row.actor_member_id
        return await Member.load(info, found) if found else None  # type: ignore[return-value]

    @strawberry.field(description="The members concerned.")
    async def members(self, info: Info) -> list[Annotated["Member", strawberry.lazy("schema.directory.members")]]:
        from schema.directory.members import Member

        found = await info.context.members.load_many(models.audit.unlisted(self.row.member_ids))
        return [Member.of(one) for one in found if one]  # type: ignore[misc]

    @strawberry.field(description="The organization of the act; null: in no root.")
    async def organization(
        self, info: Info
    ) -> Annotated["Organization", strawberry.lazy("schema.directory.organizations")] | None:
        from schema.directory.organizations import Organization

        found = self.row.organization_id
        return await Organization.load(info, found) if found else None  # type: ignore[return-value]

    @strawberry.field(description="All of it in one English sentence, with names as boards may show them.")
    async def summary(self, info: Info) -> str:
        row, context = self.row, info.context
        concerned = models.audit.unlisted(row.member_ids)
        wanted = [*concerned[: audit_sentences.NAMED], *([row.actor_member_id] if row.actor_member_id else [])]
        found = {one.id: one.display_name for one in await context.members.load_many(wanted) if one}
        place = await context.organizations.load(row.organization_id) if row.organization_id else None
        return audit_sentences.sentence(
            actor=row.actor.value,
            name=found.get(row.actor_member_id) if row.actor_member_id else None,
            action=row.action,
            refused=row.outcome is AuditOutcome.REFUSED,
            whom=[found.get(one, "") for one in concerned[: audit_sentences.NAMED]],
            people=len(concerned),
            count=row.subjects,
            place=place.name if place else "",
        )

    @strawberry.field(description="Further details of the entry.")
    def details(self) -> list[AuditDetail]:
        kept = json.loads(self.row.details) if self.row.details else {}
        return [
            AuditDetail(name=name, value=value if isinstance(value, str) else json.dumps(value))
            for name, value in kept.items()
        ]

    @strawberry.field(
        description="The network address it came from. Null where there was none, and once it is erased: after "
        "LEITAI_AUDIT_ADDRESS_DAYS, or with the member."
    )
    async def address(self, info: Info) -> str | None:
        return await info.context.by_key("audit_addresses", models.audit.addresses).load(self.row.id)


AuditEntryConnection: TypeAlias = Connection[AuditEntry]


@fetched_by("AuditEntry")
async def _entry(info: Info, key: list[str]) -> AuditEntry:
    return AuditEntry.of(await log.get_visible(info.context.session, UUID(key[0])))


# ---------------------------------------------------------------- queries


@strawberry.type
class AuditQueries:
    @strawberry.field(
        description="The audit log of an organization and all below, newest first. For ADMIN and SECRETARY there "
        "or above. FORBIDDEN for others; null if the viewer may not see the organization. When an "
        "organization moves, its log moves along. When a member moves, earlier entries stay at the "
        "old organization. Without organizationId: entries outside every root, for the operator."
    )
    async def audit_log(
        self,
        info: Info,
        organization_id: strawberry.ID | None = None,
        first: int | None = 20,
        after: str | None = None,
        action: str | None = None,
        member_id: strawberry.ID | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Connection[AuditEntry] | None:
        wanted = await log.wanted(
            info.context.session,
            ids.optional(organization_id, "Organization"),
            action=action,
            member_id=ids.optional(member_id, "Member"),
            since=since,
            until=until,
        )
        if wanted is None:
            return None
        page = await log.page(wanted, DEFAULT_PAGE if first is None else first, after)
        return connection(
            [AuditEntry.of(one) for one in page.rows],
            [pages.cursor([one.sequence]) for one in page.rows],
            page,
            lambda: models.audit.count(wanted),
        )
