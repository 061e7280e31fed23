"""What can be done with displays, and how each may be refused."""

from typing import Annotated, TypeAlias
from urllib.parse import quote

import strawberry

from resolvers.displays import displays, pairings
from rules import refusals
from schema import errors, ids
from schema.accounts.sessions import TooManyAttempts
from schema.closed import OrganizationIsClosed
from schema.context import Info
from schema.displays.displays import (
    ApproveDisplayPairingInput,
    ClaimDisplayTokenInput,
    Display,
    DisplayPairing,
    ReportScenesInput,
    RevokeDisplayInput,
    UpdateDisplayInput,
)
from schema.errors import InvalidInput, NotAllowed, NotFound, UserError, answer

# ---------------------------------------------------------------- refusals


@strawberry.type(description="The code ran out, was used before, or never was; the screen shows a new one.")
class PairingExpired(UserError):
    pass


@strawberry.type(description="Nobody has approved the screen yet; ask again.")
class PairingPending(UserError):
    poll_seconds: int = strawberry.field(description="How long to wait before.")


errors.answers(refusals.PairingExpired, lambda refusal: PairingExpired(message=refusal.message))
errors.answers(
    refusals.PairingPending,
    lambda refusal: PairingPending(message=refusal.message, poll_seconds=refusal.poll_seconds),
)

# ---------------------------------------------------------------- results


@strawberry.type(description="A new pairing.")
class RequestDisplayPairingSuccess:
    pairing: DisplayPairing = strawberry.field(description="The code to show, and the deviceCode to poll with.")


@strawberry.type(description="The screen is paired; it fetches its token by itself.")
class ApproveDisplayPairingSuccess:
    display: Display = strawberry.field(description="The current state.")


@strawberry.type(description="The screen's token, handed out this once.")
class ClaimDisplayTokenSuccess:
    token: str = strawberry.field(description="For `Authorization: Bearer …`, good until revoked.")
    display: Display = strawberry.field(description="The pairing to show.")
    public_key: str = strawberry.field(
        description="Of this server's heads of block chains, Ed25519, lower-case hex: to be kept, and not taken from a "
        "frame."
    )


@strawberry.type(description="The display was changed.")
class UpdateDisplaySuccess:
    display: Display = strawberry.field(description="The current state.")


@strawberry.type(description="The display's token is no longer good.")
class RevokeDisplaySuccess:
    display: Display = strawberry.field(description="The current state.")


@strawberry.type(description="The report was taken.")
class ReportScenesSuccess:
    display: Display = strawberry.field(description="The display that reported.")


RequestDisplayPairingResult: TypeAlias = Annotated[
    RequestDisplayPairingSuccess | TooManyAttempts, strawberry.union("RequestDisplayPairingResult")
]
ApproveDisplayPairingResult: TypeAlias = Annotated[
    ApproveDisplayPairingSuccess
    | NotAllowed
    | NotFound
    | InvalidInput
    | PairingExpired
    | TooManyAttempts
    | OrganizationIsClosed,
    strawberry.union("ApproveDisplayPairingResult"),
]
ClaimDisplayTokenResult: TypeAlias = Annotated[
    ClaimDisplayTokenSuccess | PairingPending | PairingExpired | TooManyAttempts,
    strawberry.union("ClaimDisplayTokenResult"),
]
UpdateDisplayResult: TypeAlias = Annotated[
    UpdateDisplaySuccess | NotAllowed | NotFound | InvalidInput | OrganizationIsClosed,
    strawberry.union("UpdateDisplayResult"),
]
RevokeDisplayResult: TypeAlias = Annotated[
    RevokeDisplaySuccess | NotAllowed | NotFound, strawberry.union("RevokeDisplayResult")
]
ReportScenesResult: TypeAlias = Annotated[
    ReportScenesSuccess | NotAllowed | InvalidInput, strawberry.union("ReportScenesResult")
]

# ---------------------------------------------------------------- mutations


@strawberry.type
class DisplayMutations:
    @strawberry.mutation(
        description="For an unpaired screen: a code to show. Needs no token. deviceCode: the screen's previous "
        "one; its code is then renewed, uncounted. Beyond 200 codes of an address in ten minutes it "
        "takes up to 5 s."
    )
    async def request_display_pairing(self, info: Info, device_code: str | None = None) -> RequestDisplayPairingResult:
        async def act() -> RequestDisplayPairingSuccess:
            session = info.context.session
            made = await pairings.ask(session, device_code)
            return RequestDisplayPairingSuccess(
                pairing=DisplayPairing(
                    code=made.code,
                    device_code=made.device_code,
                    approve_url=f"{session.public_url}/screens/desk?code={quote(made.code)}",
                    expires_at=made.expires_at,
                    poll_seconds=pairings.POLL_SECONDS,
                )
            )

        return await answer(act)

    @strawberry.mutation(description="Pairs the screen that shows the code. For SECRETARY and ADMIN there or above.")
    async def approve_display_pairing(
        self, info: Info, input: ApproveDisplayPairingInput
    ) -> ApproveDisplayPairingResult:
        async def act() -> ApproveDisplayPairingSuccess:
            made = await pairings.approve(
                info.context.session,
                input.code,
                ids.read(input.organization_id, "Organization"),
                input.name,
                [one.read() for one in input.scenes],
            )
            return ApproveDisplayPairingSuccess(display=Display.of(made))

        return await answer(act)

    @strawberry.mutation(
        description="Called by the screen until someone approved it: hands out its token once. Needs no token."
    )
    async def claim_display_token(self, info: Info, input: ClaimDisplayTokenInput) -> ClaimDisplayTokenResult:
        async def act() -> ClaimDisplayTokenSuccess:
            session = info.context.session
            token, display = await pairings.claim(session, input.device_code)
            return ClaimDisplayTokenSuccess(
                token=token, display=Display.of(display), public_key=session.signer.public_key if session.signer else ""
            )

        return await answer(act)

    @strawberry.mutation(description="Changes a display's name, organization or scenes.")
    async def update_display(self, info: Info, input: UpdateDisplayInput) -> UpdateDisplayResult:
        async def act() -> UpdateDisplaySuccess:
            changed = await displays.update(
                info.context.session,
                ids.read(input.display_id, "Display"),
                name=input.name,
                organization_id=ids.optional(input.organization_id, "Organization"),
                scenes=None if input.scenes is None else [one.read() for one in input.scenes],
            )
            info.context.forget()
            return UpdateDisplaySuccess(display=Display.of(changed))

        return await answer(act)

    @strawberry.mutation(description="Ends a display's token, and its streams within 5 seconds.")
    async def revoke_display(self, info: Info, input: RevokeDisplayInput) -> RevokeDisplayResult:
        async def act() -> RevokeDisplaySuccess:
            ended = await displays.revoke(info.context.session, ids.read(input.display_id, "Display"))
            return RevokeDisplaySuccess(display=Display.of(ended))

        return await answer(act)

    @strawberry.mutation(
        description="For a paired display: the scenes that it cannot show, for the desk. Replaces its last report."
    )
    async def report_scenes(self, info: Info, input: ReportScenesInput) -> ReportScenesResult:
        async def act() -> ReportScenesSuccess:
            failing = [ids.read(one, "Scene") for one in input.failing_scene_ids]
            found = await displays.report_scenes(info.context.session, failing)
            info.context.forget()
            return ReportScenesSuccess(display=Display.of(found))

        return await answer(act)
