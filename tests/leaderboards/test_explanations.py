"""Why that many, and why third: the entries behind a score, the way to the next ranks, the order among equals."""

from random import Random
from typing import Any

import pytest
from acts import earn_one, set_rule
from ledger import move, reverse
from story import Story, told
from world import AnsweredWithErrors, Person, World

from rules.roles import Role

EXPLAIN = """query ($member: ID!, $input: LeaderboardInput!, $at: DateTime, $first: Int, $rule: String) {
  explain(memberId: $member, input: $input, at: $at) {
    points rank state view version row { rank points } member { id }
    rules { rule points entries reversals cuts { cut entries points } }
    entries(first: $first, rule: $rule) { totalCount edges { node { id amount rule } } }
    above { rank points distance } below { rank points distance }
    ties { size place before after reachedAt sentence } } }"""


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def explain(
    world: World, by: Person, member: Person, *, period: str = "MONTH", at: str | None = None, **given: Any
) -> dict[str, Any] | None:
    place = given.pop("place")
    board = {"organizationId": world.id(place), "period": period}
    return (await world.ask(by, EXPLAIN, member=world.id(member), input=board, at=at, **given))["explain"]


async def test_a_score_is_the_sum_of_what_each_rule_gave(world: World, story: Story) -> None:
    place = story.company.root
    task = await world.task(story.secretary, at=place, award=8, review="AUTOMATIC")
    claim = "mutation ($id: ID!) { claimTask(input: {taskId: $id}) { ... on ClaimTaskSuccess { claim { id } } } }"
    submit = 'mutation ($id: ID!) { submitClaim(input: {claimId: $id, evidence: "照片"}) { __typename } }'
    taken = await world.ask(story.li, claim, id=world.id(task))
    await world.ask(story.li, submit, id=taken["claimTask"]["claim"]["id"])
    for amount in (5, 20, -2):
        given = await world.award(story.secretary, story.li, amount)
        if amount == 20:
            await reverse(world, story.secretary, world.id(given))

    told = await explain(world, story.li, story.li, place=place, first=2)
    assert told
    assert (told["points"], told["rank"], told["row"]) == (11, 1, {"rank": 1, "points": 11})
    assert told["rules"] == [
        {"rule": "task.completed", "points": 8, "entries": 1, "reversals": 0, "cuts": []},
        {"rule": "award.by_hand", "points": 3, "entries": 4, "reversals": 1, "cuts": []},
    ]
    assert told["entries"]["totalCount"] == 5
    assert [one["node"]["amount"] for one in told["entries"]["edges"]] == [-2, -20]
    one_rule = await explain(world, story.li, story.li, place=place, rule="task.completed")
    assert one_rule
    assert [one["node"]["amount"] for one in one_rule["entries"]["edges"]] == [8]


async def test_what_caps_cut_off_is_said_with_the_reason(world: World, story: Story) -> None:
    place = story.company.root
    await set_rule(place, "study.article", {"title": "阅读", "amount": 5, "caps": [{"period": "DAY", "points": 12}]})
    await set_rule(place, "study.time", {"title": "时长", "amount": 1, "unit": "PER_FULL_MINUTES", "minutes": 4})
    for _ in range(5):
        await earn_one(world, story.li, "study.article")
    for minutes in (3, 9):
        await earn_one(world, story.li, "study.time", quantity=minutes)
    told = await explain(world, story.li, story.li, place=place)
    assert told
    assert told["points"] == 14
    assert told["rules"] == [
        {
            "rule": "study.article",
            "points": 12,
            "entries": 5,
            "reversals": 0,
            "cuts": [{"cut": "CAP_DAY", "entries": 3, "points": 13}],
        },
        {
            "rule": "study.time",
            "points": 2,
            "entries": 2,
            "reversals": 0,
            "cuts": [{"cut": "BELOW_UNIT", "entries": 1, "points": 0}],
        },
    ]


async def test_why_third(world: World, story: Story) -> None:
    """Equals in one second stand by id, others by who was earlier."""
    place, first = story.company.root, story.company.first
    wu, zheng = await world.member("吴磊", at=first), await world.member("郑爽", at=first)
    await world.award(story.secretary, story.zhao, 30)
    for one in (story.li, story.sun):
        await world.award(story.secretary, one, 20)
    world.clock.advance(seconds=1)
    await world.award(story.secretary, wu, 20)
    await world.award(story.secretary, zheng, 4)

    smaller, larger = sorted((story.li, story.sun), key=lambda one: one.id)
    seen = {one.id: await explain(world, zheng, one, place=place) for one in (story.zhao, smaller, larger, wu, zheng)}
    best, second, third, fourth, last = (one or {} for one in seen.values())
    assert [one["rank"] for one in (best, second, third, fourth, last)] == [1, 2, 2, 2, 5]
    assert (best["above"], best["below"]) == (None, {"rank": 2, "points": 20, "distance": 10})
    assert third["above"] == {"rank": 1, "points": 30, "distance": 10}
    assert third["below"] == {"rank": 5, "points": 4, "distance": 16}
    assert last["below"] is None
    orders = [
        (one["ties"]["size"], one["ties"]["place"], one["ties"]["before"], one["ties"]["after"])
        for one in (best, second, third, fourth)
    ]
    assert orders == [
        (1, 1, None, None),
        (3, 1, None, "SMALLER_ID"),
        (3, 2, "SMALLER_ID", "REACHED_EARLIER"),
        (3, 3, "REACHED_EARLIER", None),
    ]
    assert "the one before has the smaller id, the one after reached them later" in third["ties"]["sentence"]


# ---------------------------------------------------------------- who may see


async def test_others_learn_what_the_board_says_and_no_entries(world: World, story: Story) -> None:
    await world.award(story.secretary, story.li, 5)
    place = story.company.root
    of_branch = await world.member("马超", at=story.company.first, roles=[Role.SECRETARY])
    seen = {
        name: await explain(world, who, story.li, place=place)
        for name, who in {"colleague": story.zhao, "reviewer": story.reviewer, "branch": of_branch}.items()
    }
    assert all(one and one["points"] == 5 and one["rank"] == 1 for one in seen.values())
    entries = {name: one and one["rules"] is not None and one["entries"] is not None for name, one in seen.items()}
    assert entries == {"colleague": False, "reviewer": False, "branch": True}

    stranger = await world.member("外人", at=(await world.company("XX")).first)
    assert await explain(world, stranger, story.li, place=place) is None
    assert await explain(world, story.zhao, stranger, place=place) is None


async def test_who_is_not_shown_is_not_explained_but_to_itself(world: World, story: Story) -> None:
    wang = await world.member("王伟", at=story.company.first, hidden_on_boards=True)
    of_branch = await world.member("马超", at=story.company.first, roles=[Role.SECRETARY])
    await world.award(story.secretary, wang, 5)
    place = story.company.root
    assert await explain(world, story.li, wang, place=place) is None
    own = await explain(world, wang, wang, place=place)
    assert own
    assert (own["rank"], own["points"]) == (1, 5)
    # Its branch's secretary reads the ledger; the company's board shows this viewer no row of it.
    read = await explain(world, of_branch, wang, place=place)
    assert read
    assert (read["points"], read["rank"], read["row"], read["ties"]) == (5, None, None, None)


async def test_nobody_without_a_score_is_explained_but_to_who_reads_its_ledger(world: World, story: Story) -> None:
    place = story.company.root
    assert await explain(world, story.zhao, story.li, place=place) is None
    for who in (story.li, story.secretary):
        told = await explain(world, who, story.li, place=place)
        assert told
        assert (told["points"], told["rank"], told["rules"], told["ties"]) == (0, None, [], None)


async def test_under_a_freeze_others_learn_nothing_new_and_oneself_the_truth(world: World, story: Story) -> None:
    place, of_branch = story.company.root, await world.member("马超", at=story.company.first, roles=[Role.SECRETARY])
    freeze = "mutation ($place: ID!) { freezeLeaderboards(input: {organizationId: $place}) { __typename } }"
    await world.award(story.secretary, story.li, 5)
    await world.ask(story.secretary, freeze, place=world.id(place))
    frozen = [await explain(world, who, story.li, place=place) for who in (story.zhao, of_branch)]
    own_before = await explain(world, story.li, story.li, place=place)
    await world.award(story.secretary, story.li, 40)

    assert [await explain(world, who, story.li, place=place) for who in (story.zhao, of_branch)] == frozen
    own, truth = [await explain(world, who, story.li, place=place) for who in (story.li, story.secretary)]
    assert own
    assert own_before
    assert truth
    assert (own["points"], own["rank"], own["row"], own["above"], own["ties"]) == (45, None, None, None, None)
    assert own["rules"] == [{"rule": "award.by_hand", "points": 45, "entries": 2, "reversals": 0, "cuts": []}]
    assert int(own["version"]) > int(own_before["version"])
    assert (truth["points"], truth["rank"], truth["state"]) == (45, 1, "LIVE")


async def test_boards_of_organizations_are_refused(world: World, story: Story) -> None:
    board = {"organizationId": world.id(story.company.root), "subject": "ORGANIZATION"}
    with pytest.raises(AnsweredWithErrors, match="boards of members"):
        await world.ask(story.li, EXPLAIN, member=world.id(story.li), input=board)


# ---------------------------------------------------------------- everybody


async def test_what_is_explained_of_a_hundred_members_sums_to_their_scores(world: World, story: Story) -> None:
    """On boards of any period and place, as they stand and as they stood."""
    dice, company = Random(4), story.company
    places = [company.first, company.second, company.third, company.group]
    people = [one for place in places for one in await world.members(25, at=place)]
    given: list[str] = []
    moments: list[str] = []
    for number in range(250):
        act = dice.choice(["award"] * 8 + ["reverse", "move"])
        if act == "reverse" and given:
            await reverse(world, story.secretary, given.pop(dice.randrange(len(given))))
        elif act == "move":
            await move(world, dice.choice(people), dice.choice(places))
        else:
            made = await world.award(story.secretary, dice.choice(people), dice.choice([1, 2, 5, -2]))
            given.append(world.id(made))
        if number % 50 == 0:
            moments.append(world.clock.now.isoformat())
            world.clock.advance(days=9)
    world.clock.advance(minutes=1)
    asked = 0
    for member in people:
        place, period = dice.choice([company.root, company.first]), dice.choice(["DAY", "MONTH", "YEAR", "ALL_TIME"])
        at = dice.choice([None, *moments])
        told = await explain(world, story.secretary, member, place=place, period=period, at=at, first=100)
        assert told
        assert told["points"] == sum(one["points"] for one in told["rules"])
        assert told["points"] == sum(one["node"]["amount"] for one in told["entries"]["edges"])
        assert told["entries"]["totalCount"] == sum(one["entries"] for one in told["rules"])
        if told["row"]:
            asked += 1
            assert told["row"]["points"] == told["points"]
        else:
            assert told["points"] == 0
    assert asked > 30
