"""Who is asking: signing in and out, and what is the viewer's own."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

import models
import resolvers.session
from models import ClaimStatus, RedemptionStatus
from models.sessions import SESSIONS
from models.tasks import CLAIMABLE, CLAIMS_OF_MEMBER
from resolvers.accounts import sign_in
from rules import refusals
from schema import errors, ids
from schema.accounts.account_sessions import AccountSession
from schema.arena.tasks import Claim, Task, page_of_claims
from schema.context import Info
from schema.errors import InvalidInput, NotAllowed, UserError, answer
from schema.pages import Connection, empty, page_of
from schema.rewards.rewards import Redemption, own_redemptions

if TYPE_CHECKING:
    from schema.directory.members import Member
    from schema.directory.roles import RoleGrant
    from schema.displays.displays import Display

# ---------------------------------------------------------------- types


@strawberry.type(description="The person or system that the token belongs to, and its own data.")
class Viewer:
    row: strawberry.Private[resolvers.session.Viewer]

    @classmethod
    def of(cls, row: resolvers.session.Viewer) -> "Viewer":
        return cls(row=row)

    @strawberry.field(description="The same for every token of the account, for clients' caches. It names no node.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(ids.encode("Viewer", self.row.account_id))

    @strawberry.field(description="Null for the operator's account and for screens.")
    async def member(self, info: Info) -> Annotated["Member", strawberry.lazy("schema.directory.members")] | None:
        from schema.directory.members import Member

        return await Member.load(info, self.row.member_id) if self.row.member_id else None

    @strawberry.field(description="The screen that asks; null for people.")
    async def display(self, info: Info) -> Annotated["Display", strawberry.lazy("schema.displays.displays")] | None:
        from schema.displays.displays import Display

        if self.row.display_id is None:
            return None
        found = await info.context.by_key("displays", models.displays.by_ids).load(self.row.display_id)
        return Display.of(found) if found else None

    @strawberry.field(description="The roles that hold now, the longest held first.")
    async def roles(self) -> list[Annotated["RoleGrant", strawberry.lazy("schema.directory.roles")]]:
        from schema.directory.roles import RoleGrant

        return [RoleGrant.of(grant) for grant in self.row.grants]

    @strawberry.field(description="Open tasks with a free slot, none of them held already, newest first.")
    async def claimable_tasks(self, info: Info, first: int | None = 20, after: str | None = None) -> Connection[Task]:
        if self.row.member_id is None:
            return empty()
        home = self.row.place[-1]
        return await page_of(info.context, CLAIMABLE, home, Task.of, first=first, after=after, selves=self.row.selves)

    @strawberry.field(description="The viewer's sessions, newest first. Empty for screens and services.")
    async def sessions(
        self, info: Info, first: int | None = 20, after: str | None = None
    ) -> Connection[AccountSession]:
        if self.row.display_id or self.row.service:
            return empty()
        return await page_of(
            info.context,
            SESSIONS,
            self.row.account_id,
            AccountSession.of,
            first=first,
            after=after,
            at=info.context.now,
        )

    @strawberry.field(description="The viewer's own claims, newest first.")
    async def claims(
        self, info: Info, status: ClaimStatus | None = None, first: int | None = 20, after: str | None = None
    ) -> Connection[Claim]:
        if self.row.member_id is None:
            return empty()
        return await page_of_claims(info, CLAIMS_OF_MEMBER, self.row.member_id, status, first=first, after=after)

    @strawberry.field(description="The viewer's redemptions, newest first.")
    async def redemptions(
        self, info: Info, status: RedemptionStatus | None = None, first: int | None = 20, after: str | None = None
    ) -> Connection[Redemption]:
        if self.row.member_id is None:
            return empty()
        return await own_redemptions(info, self.row.member_id, status, first, after)


# ---------------------------------------------------------------- inputs


@strawberry.input(description="The login and password of a member or the operator.")
class SignInInput:
    login: str = strawberry.field(description="In any case and width.")
    password: str = strawberry.field(description="The password.")


@strawberry.input(description="A new password for the viewer's own account.")
class ChangePasswordInput:
    old_password: str = strawberry.field(description="The one that holds now.")
    new_password: str = strawberry.field(description="As docs/sign-in.md says.")


# ---------------------------------------------------------------- refusals


@strawberry.type(description="Login or password is wrong; which of the two, or whether the login exists, is not said.")
class WrongCredentials(UserError):
    pass


@strawberry.type(description="Too many attempts failed; waiting helps.")
class TooManyAttempts(UserError):
    retry_after_seconds: int = strawberry.field(description="How long until the next attempt is heard.")


errors.answers(refusals.WrongCredentials, lambda refusal: WrongCredentials(message=refusal.message))
errors.answers(
    refusals.TooManyAttempts,
    lambda refusal: TooManyAttempts(message=refusal.message, retry_after_seconds=refusal.retry_after_seconds),
)

# ---------------------------------------------------------------- results


@strawberry.type(description="Signed in.")
class SignInSuccess:
    token: str = strawberry.field(
        description="For `Authorization: Bearer …`, and for `authorization` in a socket's connection_init."
    )
    expires_at: datetime = strawberry.field(description="When it expires.")
    viewer: Viewer = strawberry.field(description="The person who signed in.")


@strawberry.type(description="Signed out.")
class SignOutSuccess:
    done: bool = strawberry.field(description="Always true: this token is no longer good.")


@strawberry.type(description="The new password holds.")
class ChangePasswordSuccess:
    viewer: Viewer = strawberry.field(description="Still signed in; the account's other sessions have ended.")


SignInResult: TypeAlias = Annotated[
    SignInSuccess | WrongCredentials | TooManyAttempts, strawberry.union("SignInResult")
]
SignOutResult: TypeAlias = Annotated[SignOutSuccess | NotAllowed, strawberry.union("SignOutResult")]
ChangePasswordResult: TypeAlias = Annotated[
    ChangePasswordSuccess | NotAllowed | WrongCredentials | InvalidInput | TooManyAttempts,
    strawberry.union("ChangePasswordResult"),
]

# ---------------------------------------------------------------- queries


@strawberry.type
class SessionQueries:
    @strawberry.field(description="The caller; null without a valid token.")
    async def viewer(self, info: Info) -> Viewer | None:
        found = info.context.session.viewer
        return Viewer.of(found) if found else None


# ---------------------------------------------------------------- mutations


@strawberry.type
class SessionMutations:
    @strawberry.mutation(description="Login and password for a token that is good for 30 days.")
    async def sign_in(self, info: Info, input: SignInInput) -> SignInResult:
        async def act() -> SignInSuccess:
            token, viewer = await sign_in.sign_in(info.context.session, input.login, input.password)
            return SignInSuccess(token=token, expires_at=viewer.expires_at, viewer=Viewer.of(viewer))

        return await answer(act)

    @strawberry.mutation(description="Ends the current session.")
    async def sign_out(self, info: Info) -> SignOutResult:
        async def act() -> SignOutSuccess:
            await sign_in.sign_out(info.context.session)
            return SignOutSuccess(done=True)

        return await answer(act)

    @strawberry.mutation(description="Changes the viewer's password and ends the account's other sessions.")
    async def change_password(self, info: Info, input: ChangePasswordInput) -> ChangePasswordResult:
        async def act() -> ChangePasswordSuccess:
            viewer = await sign_in.change_password(info.context.session, input.old_password, input.new_password)
            return ChangePasswordSuccess(viewer=Viewer.of(viewer))

        return await answer(act)
