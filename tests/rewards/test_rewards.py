"""Rewards: who may redeem, when, how often; what it costs, and what it does not cost: a rank."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from ledger import reverse
from shop import cancel, change, hand_over, offer, put_up, redeem
from story import Story, told
from world import Person, World

import models
from models import Member, PointsEntry, Redemption, Reward
from resolvers.verification import verify as verification_verify
from rules.roles import Role

BOARD = "query ($input: LeaderboardInput!) { leaderboard(input: $input) { version rows { points rank } } }"


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def earned(world: World, story: Story, *people: Person, amount: int = 20) -> None:
    for one in people:
        await world.award(story.secretary, one, amount)


async def consistent(world: World) -> None:
    assert (await verification_verify.verify(world.clock.now)).differences == []


# ---------------------------------------------------------------- paying


async def test_spending_lowers_the_balance_and_no_rank(world: World, story: Story) -> None:
    place = story.company.root
    await earned(world, story, story.li)
    reward = await put_up(world, story.secretary, place, top=0)
    board = {"organizationId": world.id(place)}
    before = (await world.ask(story.sun, BOARD, input=board))["leaderboard"]["rows"]

    answer = await redeem(world, story.li, reward)
    assert answer["__typename"] == "RedeemRewardSuccess"
    made = answer["redemption"]
    assert (made["status"], made["price"], made["reward"]) == ("REDEEMED", 5, {"name": "茶杯", "stock": 2})
    assert (made["pointsEntry"]["amount"], made["pointsEntry"]["kind"]) == (-5, "SPENT")
    assert (await world.ask(story.sun, BOARD, input=board))["leaderboard"]["rows"] == before
    assert (await Member.get(id=story.li.id)).balance == 15
    await consistent(world)


async def test_a_cancellation_gives_points_and_stock_back_once(world: World, story: Story) -> None:
    await earned(world, story, story.li)
    reward = await put_up(world, story.secretary, story.company.root, top=0)
    made = (await redeem(world, story.li, reward))["redemption"]["id"]
    answers = await asyncio.gather(*(cancel(world, story.li, made) for _ in range(5)))

    names = Counter(one["__typename"] for one in answers)
    assert names == {"CancelRedemptionSuccess": 1, "RedemptionInWrongState": 4}
    assert {one["redemption"]["status"] for one in answers} == {"CANCELLED"}
    assert (await Reward.get()).stock == 3
    assert (await Member.get(id=story.li.id)).balance == 20
    kinds = [one.kind.value for one in await PointsEntry.filter(member_id=story.li.id).order_by("position")]
    assert kinds == ["EARNED", "SPENT", "REVERSAL"]
    # And the month's one redemption is free again.
    assert (await redeem(world, story.li, reward))["__typename"] == "RedeemRewardSuccess"
    await consistent(world)


async def test_what_was_handed_over_is_not_cancelled_and_an_entry_not_taken_back_past_it(
    world: World, story: Story
) -> None:
    await earned(world, story, story.li)
    reward = await put_up(world, story.secretary, story.company.root, top=0)
    made = (await redeem(world, story.li, reward))["redemption"]
    refused = await reverse(world, story.secretary, made["pointsEntry"]["id"])
    assert refused["message"] == "This entry paid for a reward; cancel the redemption instead."
    assert (await hand_over(world, story.li, made["id"]))["__typename"] == "NotAllowed"
    assert (await hand_over(world, story.sun, made["id"]))["__typename"] == "NotFound"
    given = await hand_over(world, story.secretary, made["id"])
    assert given["redemption"]["status"] == "HANDED_OVER"
    late = await cancel(world, story.li, made["id"])
    assert (late["__typename"], late["redemption"]["status"]) == ("RedemptionInWrongState", "HANDED_OVER")
    await consistent(world)


async def test_nobody_spends_more_than_it_has(world: World, story: Story) -> None:
    await earned(world, story, story.li, amount=4)
    reward = await put_up(world, story.secretary, story.company.root, top=0)
    answer = await redeem(world, story.li, reward)
    assert (answer["__typename"], answer["price"], answer["balance"]) == ("NotEnoughPoints", 5, 4)
    assert (await Reward.get()).stock == 3
    assert await Redemption.all().count() == 0


async def test_points_taken_back_after_they_were_spent_leave_a_debt(world: World, story: Story) -> None:
    """It is paid first from what comes later; also from what a cancellation gives back."""
    entry = await world.award(story.secretary, story.li, 7)
    reward = await put_up(world, story.secretary, story.company.root, top=0)
    made = (await redeem(world, story.li, reward))["redemption"]["id"]
    await reverse(world, story.secretary, world.id(entry))
    member = await Member.get(id=story.li.id)
    assert (member.balance, member.debt) == (0, 5)
    assert (await redeem(world, story.li, reward))["__typename"] == "AlreadyRedeemed"
    await cancel(world, story.li, made)
    member = await Member.get(id=story.li.id)
    assert (member.balance, member.debt) == (0, 0)
    await consistent(world)


# ---------------------------------------------------------------- who may, and when


async def test_by_default_the_ten_first_of_last_months_final_board_redeem_once_a_month(
    world: World, story: Story
) -> None:
    people = await world.members(12, at=story.company.first)
    for number, one in enumerate(people):
        await world.award(story.secretary, one, 50 - min(number, 10))  # 50 … 41, 40, 40
    reward = await put_up(world, story.secretary, story.company.root, stock=20)

    early = await redeem(world, people[0], reward)
    assert early["__typename"] == "NotAmongTheFirst"  # of February, when nobody had points
    world.clock.advance(days=23)  # 2 April: March is SETTLING
    settling = await redeem(world, people[0], reward)
    assert (settling["__typename"], settling["opensAt"]) == ("RewardNotOpen", "2026-04-03T16:00:00Z")
    world.clock.advance(days=3)
    # Points of April change nothing.
    await earned(world, story, people[11], amount=500)
    answers = [await redeem(world, one, reward) for one in people]
    assert [one["__typename"] for one in answers] == ["RedeemRewardSuccess"] * 10 + ["NotAmongTheFirst"] * 2
    assert (answers[11]["top"], answers[11]["rank"]) == (10, 11)
    again = await redeem(world, people[0], reward)
    assert again["__typename"] == "AlreadyRedeemed"
    assert again["redemption"]["id"] == answers[0]["redemption"]["id"]
    await consistent(world)
    world.clock.advance(days=30)
    assert (await redeem(world, people[11], reward))["__typename"] == "RedeemRewardSuccess"
    await consistent(world)


async def test_how_often_counts_all_rewards_of_the_organization(world: World, story: Story) -> None:
    await earned(world, story, story.li)
    cup, pen = [
        await put_up(world, story.secretary, story.company.root, top=0, perMonth=2, price=1, name=name)
        for name in ("茶杯", "钢笔")
    ]
    elsewhere = await put_up(world, story.secretary, story.company.first, top=0, price=1)
    names = [(await redeem(world, story.li, one))["__typename"] for one in (cup, pen, cup, elsewhere)]
    assert names == ["RedeemRewardSuccess", "RedeemRewardSuccess", "AlreadyRedeemed", "RedeemRewardSuccess"]


async def test_a_cancelled_redemption_opens_the_month_for_no_more_than_may_be(world: World, story: Story) -> None:
    """What is left counts, whichever of them it was."""
    await earned(world, story, story.li)
    place = story.company.root
    cup = await put_up(world, story.secretary, place, top=0, perMonth=2, price=1)
    pen = await put_up(world, story.secretary, place, top=0, perMonth=1, price=1, name="钢笔")
    first, second = [(await redeem(world, story.li, cup))["redemption"]["id"] for _ in range(2)]
    assert (await redeem(world, story.li, pen))["__typename"] == "AlreadyRedeemed"

    await cancel(world, story.li, first)
    refused = await redeem(world, story.li, pen)
    assert (refused["__typename"], refused["redemption"]["id"]) == ("AlreadyRedeemed", second)
    await change(world, story.secretary, cup, perMonth=1)
    assert (await redeem(world, story.li, cup))["__typename"] == "AlreadyRedeemed"
    await change(world, story.secretary, cup, perMonth=2)
    assert (await redeem(world, story.li, cup))["__typename"] == "RedeemRewardSuccess"
    await consistent(world)


async def test_a_reward_has_its_window_and_may_be_taken_off(world: World, story: Story) -> None:
    await earned(world, story, story.li)
    opens, closes = world.clock.now + timedelta(hours=1), world.clock.now + timedelta(hours=2)
    window = {"opensAt": opens.isoformat(), "closesAt": closes.isoformat()}
    reward = await put_up(world, story.secretary, story.company.root, top=0, perMonth=0, **window)
    early = await redeem(world, story.li, reward)
    assert (early["__typename"], early["opensAt"]) == ("RewardNotOpen", "2026-03-10T03:00:00Z")
    world.clock.advance(hours=1)
    key = "kept"
    assert (await redeem(world, story.li, reward, key))["__typename"] == "RedeemRewardSuccess"
    world.clock.advance(hours=1)
    assert (await redeem(world, story.li, reward))["__typename"] == "RewardNotOpen"
    assert (await redeem(world, story.li, reward, key))["__typename"] == "RedeemRewardSuccess"  # a retry
    other = await put_up(world, story.secretary, story.company.root, top=0, perMonth=0)
    await change(world, story.secretary, other, active=False)
    assert (await redeem(world, story.li, other))["__typename"] == "NotFound"


async def test_a_reward_is_for_members_of_its_organization_and_below(world: World, story: Story) -> None:
    await earned(world, story, story.li, story.zhao)
    reward = await put_up(world, story.secretary, story.company.first, top=0)
    stranger = await world.member("外人", at=(await world.company("XX")).first)
    assert (await redeem(world, story.zhao, reward))["__typename"] == "NotAllowed"
    assert (await redeem(world, stranger, reward))["__typename"] == "NotFound"
    assert (await redeem(world, await world.operator(), reward))["__typename"] == "NotAllowed"
    assert (await redeem(world, story.li, reward))["__typename"] == "RedeemRewardSuccess"


async def test_beneath_a_freeze_redeeming_tells_no_hidden_rank(world: World, story: Story) -> None:
    """The first of last month are those whom the public's board shows."""
    freeze = "mutation ($place: ID!) { freezeLeaderboards(input: {organizationId: $place}) { __typename } }"
    await earned(world, story, story.li, amount=20)
    await world.ask(story.secretary, freeze, place=world.id(story.company.root))
    await earned(world, story, story.sun, amount=30)
    world.clock.advance(days=30)
    reward = await put_up(world, story.secretary, story.company.root, top=1)
    refused = await redeem(world, story.sun, reward)
    assert (refused["__typename"], refused["rank"]) == ("NotAmongTheFirst", None)
    assert (await redeem(world, story.li, reward))["__typename"] == "RedeemRewardSuccess"
    await consistent(world)


# ---------------------------------------------------------------- setting


async def test_rewards_are_set_by_who_manages_them(world: World, story: Story) -> None:
    place = story.company.root
    branch = await world.member("马超", at=story.company.first, roles=[Role.SECRETARY])
    for who in (story.li, story.reviewer, branch):
        assert (await offer(world, who, place))["__typename"] == "NotAllowed"
    made = (await offer(world, branch, story.company.first))["reward"]
    assert made == made | {"name": "茶杯", "price": 5, "stock": 3, "active": True, "top": 10, "perMonth": 1}
    assert (await change(world, story.li, made["id"], price=1))["__typename"] == "NotAllowed"
    changed = await change(world, branch, made["id"], addStock=4, price=6, top=0, perMonth=0)
    assert changed["reward"] == made | {"stock": 7, "price": 6, "top": None, "perMonth": None}
    refused = await change(world, branch, made["id"], addStock=-8, name="杯子")
    assert refused["fields"] == [{"path": ["addStock"], "message": "Not enough stock left to remove that many."}]
    assert (await Reward.get()).name == "茶杯"


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"name": " "}, "name"), ({"price": 0}, "price"), ({"stock": -1}, "stock"), ({"top": -1}, "top"),
        ({"perMonth": -1}, "perMonth"), ({"pictureUrl": "javascript:alert(1)"}, "pictureUrl"),
        ({"opensAt": "2026-03-02T00:00:00Z", "closesAt": "2026-03-01T00:00:00Z"}, "closesAt"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_what_is_wrong_with_a_reward_is_said(
    world: World, story: Story, wrong: dict[str, Any], path: str
) -> None:
    answer = await offer(world, story.secretary, story.company.root, **wrong)
    assert [one["path"] for one in answer["fields"]] == [[path]]


async def test_who_sees_rewards_and_redemptions(world: World, story: Story) -> None:
    place = story.company.root
    await earned(world, story, story.li)
    cup = await put_up(world, story.secretary, place, top=0)
    world.clock.advance(seconds=1)
    pen = await put_up(world, story.secretary, story.company.first, name="钢笔", active=False)
    made = (await redeem(world, story.li, cup))["redemption"]["id"]
    query = """query ($place: ID!, $made: ID!, $pen: ID!) {
      rewards(organizationId: $place, includeInactive: true) { totalCount edges { node { name
        redemptions(status: REDEEMED) { totalCount edges { node { member { id } } } } } } }
      redemption: node(id: $made) { ... on Redemption { reward { name } } }
      pen: node(id: $pen) { ... on Reward { name } }
      viewer { redemptions { edges { node { id status } } } } }"""
    seen = {
        name: await world.ask(who, query, place=world.id(story.company.first), made=made, pen=pen)
        for name, who in {"li": story.li, "sun": story.sun, "secretary": story.secretary}.items()
    }
    names = {who: [one["node"]["name"] for one in data["rewards"]["edges"]] for who, data in seen.items()}
    assert names == {"li": ["茶杯"], "sun": ["茶杯"], "secretary": ["茶杯", "钢笔"]}
    assert [one["rewards"]["edges"][0]["node"]["redemptions"] is None for one in seen.values()] == [True, True, False]
    assert [one["redemption"] for one in seen.values()] == [
        {"reward": {"name": "茶杯"}},
        None,
        {"reward": {"name": "茶杯"}},
    ]
    assert [one["pen"] for one in seen.values()] == [None, None, {"name": "钢笔"}]
    own = seen["li"]["viewer"]["redemptions"]["edges"]
    assert own == [{"node": {"id": made, "status": "REDEEMED"}}]


async def test_the_database_holds_stock_and_balance_too(world: World, story: Story) -> None:
    await earned(world, story, story.li)
    reward = await put_up(world, story.secretary, story.company.root, top=0)
    await redeem(world, story.li, reward)
    for statement in (
        "UPDATE rewards SET stock = -1",
        "UPDATE rewards SET stock = supplied + 1",
        "UPDATE members SET balance = -1",
        "UPDATE redemptions SET top = 3, rank = 4",
        "UPDATE redemptions SET status = 'HANDED_OVER'",
        "INSERT INTO redemptions SELECT '00000000-0000-4000-8000-000000000001', root_id, organization_id, reward_id, "
        "member_id, price, status, month, slot, top, rank, board_position, frozen, redeemed_at, decided_at, "
        "decided_by_id FROM redemptions",
    ):
        with pytest.raises(Exception, match=r"(?i)check|unique"):
            await models.sql.execute(statement)
