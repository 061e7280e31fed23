"""Where an account is signed in, for its owner: listed, and ended one by one or all but this."""

from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

import models
from resolvers.accounts import sign_in
from schema import ids
from schema.context import Info
from schema.errors import NotAllowed, NotFound, answer
from schema.node import Node, fetched_by

# ---------------------------------------------------------------- types


@strawberry.type(description="A valid token of the viewer: one browser or device that is signed in.", name="Session")
class AccountSession(Node):
    row: strawberry.Private[models.AuthToken]

    @classmethod
    def of(cls, row: models.AuthToken) -> "AccountSession":
        return cls(
            id=strawberry.ID(ids.encode("Session", row.id)),
            row=row,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            expires_at=row.expires_at,
        )

    created_at: datetime = strawberry.field(description="When the session signed in.")
    last_used_at: datetime | None = strawberry.field(
        description="The hour of the last use, as its beginning. Null: not used since sign-in. The network "
        "address is not stored."
    )
    expires_at: datetime = strawberry.field(description="When it expires.")

    @strawberry.field(description="Whether this is the current session.")
    async def current(self, info: Info) -> bool:
        viewer = info.context.session.viewer
        return viewer is not None and viewer.token_id == self.row.id


@fetched_by("Session")
async def _session(info: Info, key: list[str]) -> AccountSession:
    return AccountSession.of(await sign_in.own(info.context.session, UUID(key[0])))


# ---------------------------------------------------------------- inputs


@strawberry.input(description="The session to end.")
class RevokeSessionInput:
    session_id: strawberry.ID = strawberry.field(
        description="The session to end. Ending the current session equals signOut."
    )


# ---------------------------------------------------------------- results


@strawberry.type(description="Ended.")
class RevokeSessionSuccess:
    session_id: strawberry.ID = strawberry.field(description="The one that is no longer good.")


@strawberry.type(description="All others have ended.")
class RevokeOtherSessionsSuccess:
    count: int = strawberry.field(description="How many there were.")


RevokeSessionResult: TypeAlias = Annotated[
    RevokeSessionSuccess | NotAllowed | NotFound, strawberry.union("RevokeSessionResult")
]
RevokeOtherSessionsResult: TypeAlias = Annotated[
    RevokeOtherSessionsSuccess | NotAllowed, strawberry.union("RevokeOtherSessionsResult")
]

# ---------------------------------------------------------------- mutations


@strawberry.type
class AccountSessionMutations:
    @strawberry.mutation(
        description="Ends one of the viewer's sessions. Its token is refused at once, its open streams end within 5 s."
    )
    async def revoke_session(self, info: Info, input: RevokeSessionInput) -> RevokeSessionResult:
        async def act() -> RevokeSessionSuccess:
            await sign_in.revoke(info.context.session, ids.read(input.session_id, "Session"))
            return RevokeSessionSuccess(session_id=input.session_id)

        return await answer(act)

    @strawberry.mutation(description="Ends all of the viewer's sessions except the current one.")
    async def revoke_other_sessions(self, info: Info) -> RevokeOtherSessionsResult:
        async def act() -> RevokeOtherSessionsSuccess:
            return RevokeOtherSessionsSuccess(count=await sign_in.revoke_others(info.context.session))

        return await answer(act)
