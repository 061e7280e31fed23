"""Rewards as the mutations that a front end sends, and people with points of last month."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from world import Person, World

from models import Organization

REDEMPTION = "redemption { id status price decidedAt reward { name stock } pointsEntry { id amount kind } }"
WHY = "__typename ... on UserError { message }"
SAID = f"{WHY} ... on InvalidInput {{ fields {{ path message }} }}"
REDEEM = f"""mutation ($input: RedeemRewardInput!) {{ redeemReward(input: $input) {{ {SAID}
  ... on RedeemRewardSuccess {{ {REDEMPTION} }} ... on AlreadyRedeemed {{ {REDEMPTION} }}
  ... on RewardNotOpen {{ opensAt }} ... on NotAmongTheFirst {{ top rank }}
  ... on NotEnoughPoints {{ price balance }} }} }}"""
CREATE = f"""mutation ($input: CreateRewardInput!) {{ createReward(input: $input) {{ {SAID}
  ... on CreateRewardSuccess {{ reward {{ id name price stock active top perMonth }} }} }} }}"""
UPDATE = f"""mutation ($input: UpdateRewardInput!) {{ updateReward(input: $input) {{ {SAID}
  ... on UpdateRewardSuccess {{ reward {{ id name price stock active top perMonth }} }} }} }}"""
CANCEL = f"""mutation ($id: ID!) {{ cancelRedemption(input: {{redemptionId: $id}}) {{ {WHY}
  ... on CancelRedemptionSuccess {{ {REDEMPTION} }} ... on RedemptionInWrongState {{ {REDEMPTION} }} }} }}"""
HAND_OVER = f"""mutation ($id: ID!) {{ handOverRedemption(input: {{redemptionId: $id}}) {{ {WHY}
  ... on HandOverRedemptionSuccess {{ {REDEMPTION} }} ... on RedemptionInWrongState {{ {REDEMPTION} }} }} }}"""


async def offer(world: World, by: Person, at: Organization, **given: Any) -> dict[str, Any]:
    """A cup for five points, of which there are three, unless it is said otherwise."""
    given = {"organizationId": world.id(at), "name": "茶杯", "price": 5, "stock": 3} | given
    return (await world.ask(by, CREATE, input=given))["createReward"]


async def put_up(world: World, by: Person, at: Organization, **given: Any) -> str:
    """Its id."""
    return (await offer(world, by, at, **given))["reward"]["id"]


async def change(world: World, by: Person, reward: str, **given: Any) -> dict[str, Any]:
    return (await world.ask(by, UPDATE, input={"rewardId": reward} | given))["updateReward"]


async def redeem(world: World, by: Person, reward: str, key: str | None = None) -> dict[str, Any]:
    given = {"rewardId": reward, "idempotencyKey": key or str(uuid4())}
    return (await world.ask(by, REDEEM, input=given))["redeemReward"]


async def cancel(world: World, by: Person, redemption: str) -> dict[str, Any]:
    return (await world.ask(by, CANCEL, id=redemption))["cancelRedemption"]


async def hand_over(world: World, by: Person, redemption: str) -> dict[str, Any]:
    return (await world.ask(by, HAND_OVER, id=redemption))["handOverRedemption"]
