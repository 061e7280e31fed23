"""Pairing screens, as the screen and the secretary do it."""

from __future__ import annotations

from typing import Any

from world import Person, World

import models

ASK = """mutation { requestDisplayPairing { __typename
  ... on RequestDisplayPairingSuccess { pairing { code deviceCode approveUrl expiresAt pollSeconds } }
  ... on TooManyAttempts { retryAfterSeconds } } }"""
DISPLAY = """id name version online lastSeenAt revokedAt organization { name }
  scenes { kind seconds period organizationKind scoring organization { name } }"""
REPORT = """mutation ($input: ReportScenesInput!) { reportScenes(input: $input) { __typename
  ... on UserError { message } ... on InvalidInput { fields { path message } } } }"""
APPROVE = f"""mutation ($input: ApproveDisplayPairingInput!) {{ approveDisplayPairing(input: $input) {{ __typename
  ... on UserError {{ message }} ... on InvalidInput {{ fields {{ path message }} }}
  ... on TooManyAttempts {{ retryAfterSeconds }}
  ... on ApproveDisplayPairingSuccess {{ display {{ {DISPLAY} }} }} }} }}"""
CLAIM = f"""mutation ($input: ClaimDisplayTokenInput!) {{ claimDisplayToken(input: $input) {{ __typename
  ... on UserError {{ message }} ... on PairingPending {{ pollSeconds }}
  ... on ClaimDisplayTokenSuccess {{ token publicKey display {{ {DISPLAY} }} }} }} }}"""
UPDATE = f"""mutation ($input: UpdateDisplayInput!) {{ updateDisplay(input: $input) {{ __typename
  ... on UserError {{ message }} ... on InvalidInput {{ fields {{ path message }} }}
  ... on UpdateDisplaySuccess {{ display {{ {DISPLAY} }} }} }} }}"""
REVOKE = f"""mutation ($input: RevokeDisplayInput!) {{ revokeDisplay(input: $input) {{ __typename
  ... on UserError {{ message }} ... on RevokeDisplaySuccess {{ display {{ {DISPLAY} }} }} }} }}"""
BOARD = [{"kind": "MEMBER_LEADERBOARD"}]


async def asked(world: World) -> dict[str, Any]:
    """What an unpaired screen is answered."""
    return (await world.ask(None, ASK))["requestDisplayPairing"]["pairing"]


async def approve(world: World, who: Person | None, code: str, **given: Any) -> dict[str, Any]:
    return (await world.ask(who, APPROVE, input={"code": code, "name": "大厅", "scenes": BOARD, **given}))[
        "approveDisplayPairing"
    ]


async def claim(world: World, device_code: str) -> dict[str, Any]:
    return (await world.ask(None, CLAIM, input={"deviceCode": device_code}))["claimDisplayToken"]


async def paired(world: World, by: Person, at: models.Organization, **given: Any) -> Person:
    """The screen, as somebody who can ask."""
    pairing = await asked(world)
    made = await approve(world, by, pairing["code"], organizationId=world.id(at), **given)
    assert made["__typename"] == "ApproveDisplayPairingSuccess", made
    token = (await claim(world, pairing["deviceCode"]))["token"]
    held = await models.AuthToken.get(token_hash=models.sessions.digest(token))
    display = await models.Display.get(account_id=held.account_id)
    return Person(await models.Account.get(id=display.account_id), None, token, held.expires_at)
