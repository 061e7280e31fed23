"""A member's ledger as a file, at an address that is good for some minutes."""

import datetime as dt
from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from resolvers.points import statements
from resolvers.points.statements import StatementFormat
from rules.periods import PeriodKind
from schema import ids
from schema.context import Info
from schema.errors import InvalidInput, NotAllowed, NotFound, answer

strawberry.enum(
    StatementFormat,
    name="StatementFormat",
    description="CSV: UTF-8 with a byte order mark, as Excel reads it, of any length. XLSX: up to 100,000 entries. In "
    "both, text that begins like a formula has an apostrophe before it.",
)


@strawberry.input(description="The ledger, the file format and the period.")
class CreateStatementLinkInput:
    member_id: strawberry.ID = strawberry.field(description="The viewer, or a member whose ledger the viewer may read.")
    format: StatementFormat = strawberry.field(default=StatementFormat.CSV, description="The file's.")
    period: PeriodKind = strawberry.field(default=PeriodKind.ALL_TIME, description="Entries with countsAt in it.")
    on: dt.date | None = strawberry.field(
        default=None, description="Any day inside the period, in the root's time zone; left out: today."
    )


@strawberry.type(description="Fetch it with GET, without a token: the address is one.")
class CreateStatementLinkSuccess:
    url: str = strawberry.field(description="The file's address; to be kept secret, and for this member alone.")
    expires_at: datetime = strawberry.field(
        description="When it expires: after ten minutes, at sign-out, or when the viewer may no longer read the ledger."
    )


CreateStatementLinkResult: TypeAlias = Annotated[
    CreateStatementLinkSuccess | NotAllowed | NotFound | InvalidInput, strawberry.union("CreateStatementLinkResult")
]


@strawberry.type
class StatementMutations:
    @strawberry.mutation(
        description="A member's ledger as a file: for the member itself, and for ADMIN and SECRETARY above."
    )
    async def create_statement_link(self, info: Info, input: CreateStatementLinkInput) -> CreateStatementLinkResult:
        async def act() -> CreateStatementLinkSuccess:
            url, expires_at = await statements.create_link(
                info.context.session, ids.read(input.member_id, "Member"), input.format, input.period, input.on
            )
            return CreateStatementLinkSuccess(url=url, expires_at=expires_at)

        return await answer(act)
