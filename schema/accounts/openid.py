"""Signing in through an OpenID Connect provider, in two steps with the provider's own page between them."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from resolvers.accounts import openid
from rules import refusals
from schema import errors
from schema.accounts.sessions import SignInSuccess, TooManyAttempts, Viewer, WrongCredentials
from schema.context import Info
from schema.errors import InvalidInput, UserError, answer

# ---------------------------------------------------------------- inputs


@strawberry.input(description="The URL to which the provider returns the browser.")
class BeginOpenIdSignInInput:
    redirect_uri: str = strawberry.field(description="One of the addresses that the operator allows, letter by letter.")


@strawberry.input(description="The provider's answer, and the secret that the browser kept.")
class FinishOpenIdSignInInput:
    code: str = strawberry.field(description="From the address that the provider sent the browser back to.")
    state: str = strawberry.field(description="From there too.")
    secret: str = strawberry.field(description="That beginOpenIdSignIn answered to this same browser.")


# ---------------------------------------------------------------- refusals


@strawberry.type(description="No provider is set up here, or it does not answer; signing in with a password works.")
class ProviderUnavailable(UserError):
    pass


errors.answers(refusals.ProviderUnavailable, lambda refusal: ProviderUnavailable(message=refusal.message))

# ---------------------------------------------------------------- results


@strawberry.type(description="Begun: send the browser there.")
class BeginOpenIdSignInSuccess:
    address: str = strawberry.field(description="The provider's page, with everything that it has to be asked.")
    secret: str = strawberry.field(
        description="Keep it in this browser alone (sessionStorage) until it comes back; without it nobody can finish."
    )
    expires_at: datetime = strawberry.field(description="When the sign-in must be finished.")


BeginOpenIdSignInResult: TypeAlias = Annotated[
    BeginOpenIdSignInSuccess | InvalidInput | TooManyAttempts | ProviderUnavailable,
    strawberry.union("BeginOpenIdSignInResult"),
]
FinishOpenIdSignInResult: TypeAlias = Annotated[
    SignInSuccess | WrongCredentials | TooManyAttempts | ProviderUnavailable,
    strawberry.union("FinishOpenIdSignInResult"),
]

# ---------------------------------------------------------------- mutations


@strawberry.type
class OpenIdMutations:
    @strawberry.mutation(description="Begins signing in through the organization's own provider, where one is set up.")
    async def begin_open_id_sign_in(self, info: Info, input: BeginOpenIdSignInInput) -> BeginOpenIdSignInResult:
        async def act() -> BeginOpenIdSignInSuccess:
            begun = await openid.begin(info.context.session, input.redirect_uri)
            return BeginOpenIdSignInSuccess(address=begun.address, secret=begun.secret, expires_at=begun.expires_at)

        return await answer(act)

    @strawberry.mutation(
        description="Ends it, once, within ten minutes, in the browser that began it; answers as signIn does."
    )
    async def finish_open_id_sign_in(self, info: Info, input: FinishOpenIdSignInInput) -> FinishOpenIdSignInResult:
        async def act() -> SignInSuccess:
            token, viewer = await openid.finish(info.context.session, input.code, input.state, input.secret)
            return SignInSuccess(token=token, expires_at=viewer.expires_at, viewer=Viewer.of(viewer))

        return await answer(act)
