"""Screens: how they are paired, what they may see, and how they are changed and ended."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from gates import Gate
from screens import APPROVE, BOARD, REVOKE, UPDATE, approve, asked, claim, paired
from story import Story, told
from world import Person, World

import models
from resolvers.accounts.sign_in import viewer_of
from resolvers.displays import pairings

VIEWER = "{ viewer { member { id } display { id name online organization { name } } roles { role } } }"
LIST = """query ($at: ID!) { displays(organizationId: $at) { totalCount edges { node { name online revokedAt } } } }"""
RANKS = """query ($input: LeaderboardInput!) { leaderboard(input: $input) {
  view rows { rank subject { ... on Member { displayName name phone balance } } } } }"""


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def update(world: World, who: Person, display: str, **given: Any) -> dict[str, Any]:
    return (await world.ask(who, UPDATE, input={"displayId": display, **given}))["updateDisplay"]


async def display_of(world: World, screen: Person) -> dict[str, Any]:
    return (await world.ask(screen, VIEWER))["viewer"]["display"]


# ---------------------------------------------------------------- pairing


async def test_a_screen_is_paired_by_the_code_it_shows(world: World, story: Story) -> None:
    pairing = await asked(world)
    assert set(pairing["code"]) <= set(pairings.ALPHABET)
    assert pairing["approveUrl"].endswith(f"/screens/desk?code={pairing['code']}")
    world.clock.advance(seconds=pairing["pollSeconds"])
    assert (await claim(world, pairing["deviceCode"]))["__typename"] == "PairingPending"

    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in pairing["code"][3:])
    typed = f" {pairing['code'][:3].lower()}－\u3000{wide} "
    made = await approve(world, story.secretary, typed, organizationId=world.id(story.company.root), name="一楼大厅")
    assert made["display"]["name"] == "一楼大厅"
    assert made["display"]["scenes"] == [
        {
            "kind": "MEMBER_LEADERBOARD",
            "seconds": 15,
            "period": "MONTH",
            "organizationKind": None,
            "scoring": None,
            "organization": {"name": "公司党委"},
        }
    ]
    assert not made["display"]["online"]

    world.clock.advance(seconds=pairing["pollSeconds"])
    handed = await claim(world, pairing["deviceCode"])
    assert handed["display"]["name"] == "一楼大厅"
    assert handed["display"]["online"]
    world.clock.advance(seconds=pairing["pollSeconds"])
    assert (await claim(world, pairing["deviceCode"]))["__typename"] == "PairingExpired"


async def test_a_token_is_handed_out_once_to_many_who_ask_at_once(world: World, story: Story) -> None:
    pairing = await asked(world)
    await approve(world, story.secretary, pairing["code"], organizationId=world.id(story.company.root))
    sessions = [await world.session(None) for _ in range(6)]
    for number, session in enumerate(sessions):
        session.clock = lambda at=number: world.clock.now.replace(second=10 + 2 * at)
    ended = await asyncio.gather(
        *(pairings.claim(session, pairing["deviceCode"]) for session in sessions), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in ended) == ["PairingExpired"] * 5 + ["tuple"]


async def test_a_screen_that_is_revoked_while_it_is_handed_its_token_has_none(
    world: World, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairing = await asked(world)
    made = await approve(world, story.secretary, pairing["code"], organizationId=world.id(story.company.root))
    revoking = world.ask(story.secretary, REVOKE, input={"displayId": made["display"]["id"]})

    gate = Gate(monkeypatch, models.displays, "claim")
    handed, revoked = await gate.meanwhile(claim(world, pairing["deviceCode"]), revoking)

    assert revoked["revokeDisplay"]["__typename"] == "RevokeDisplaySuccess"
    assert await viewer_of(handed["token"], world.clock.now) is None


async def test_a_revoked_screens_token_is_no_good_whoever_made_it(world: World, story: Story) -> None:
    screen = await paired(world, story.secretary, story.company.root)
    await models.Display.filter(account_id=screen.account.id).update(revoked_at=world.clock.now)
    assert await viewer_of(screen.token, world.clock.now) is None


async def test_a_code_ends_after_ten_minutes(world: World, story: Story) -> None:
    pairing = await asked(world)
    world.clock.advance(minutes=10)
    late = await approve(world, story.secretary, pairing["code"], organizationId=world.id(story.company.root))
    assert late["__typename"] == "PairingExpired"
    assert (await claim(world, pairing["deviceCode"]))["__typename"] == "PairingExpired"


async def test_only_who_manages_displays_there_pairs(world: World, story: Story) -> None:
    pairing, root = await asked(world), world.id(story.company.root)
    for who, refused in ((story.reviewer, "NotAllowed"), (story.li, "NotAllowed"), (None, "NotAllowed")):
        assert (await approve(world, who, pairing["code"], organizationId=root))["__typename"] == refused
    elsewhere = await world.organization("别处党支部", "BC")
    there = await approve(world, story.secretary, pairing["code"], organizationId=world.id(elsewhere))
    assert there["__typename"] == "NotFound"


@pytest.mark.parametrize("guess", ["BBBBBB", "BBBBB\ud800", "BBBBB\0", "", "擂台擂台擂台"])
async def test_guessing_codes_makes_wait(world: World, story: Story, guess: str) -> None:
    """Whatever is guessed: what no database takes is a wrong code as any other."""
    root = world.id(story.company.root)
    answers = [await approve(world, story.secretary, guess, organizationId=root) for _ in range(6)]
    assert [one["__typename"] for one in answers] == ["PairingExpired"] * 5 + ["TooManyAttempts"]
    assert answers[-1]["retryAfterSeconds"] >= 1


async def test_what_a_display_cannot_show_is_named(world: World, story: Story) -> None:
    first, second, group = story.company.first, story.company.second, story.company.group
    pairing = await asked(world)
    scenes = [
        {"kind": "TASK_ARENA", "organizationId": world.id(second)},
        {"kind": "TASK_ARENA", "organizationId": world.id(group), "seconds": 2},
        {"kind": "BLOCK_BOARD", "organizationId": world.id(story.company.root)},
    ]
    wrong = await approve(world, story.secretary, pairing["code"], organizationId=world.id(first), scenes=scenes)
    assert [one["path"] for one in wrong["fields"]] == [["scenes", "0", "organizationId"], ["scenes", "1", "seconds"]]
    back: list[dict[str, Any]] = [
        {"kind": "MEMBER_LEADERBOARD", "periodsBack": 13},
        {"kind": "MEMBER_LEADERBOARD", "periodsBack": -1},
        {"kind": "MEMBER_LEADERBOARD", "period": "ALL_TIME", "periodsBack": 1},
    ]
    wrong = await approve(world, story.secretary, pairing["code"], organizationId=world.id(first), scenes=back)
    assert [one["path"] for one in wrong["fields"]] == [["scenes", str(one), "periodsBack"] for one in range(3)]
    none = await approve(world, story.secretary, pairing["code"], organizationId=world.id(first), scenes=[])
    assert [one["path"] for one in none["fields"]] == [["scenes"]]


# ---------------------------------------------------------------- what a screen sees


async def test_a_screen_sees_names_that_boards_may_show_and_nothing_of_people(world: World, story: Story) -> None:
    await world.award(story.secretary, story.li, 5)
    screen = await paired(world, story.secretary, story.company.root)
    viewer = (await world.ask(screen, VIEWER))["viewer"]
    assert (viewer["member"], viewer["roles"]) == (None, [])
    board = (await world.ask(screen, RANKS, input={"organizationId": world.id(story.company.root)}))["leaderboard"]
    assert board["view"] == "SCREEN"
    assert board["rows"] == [
        {"rank": 1, "subject": {"displayName": "李强", "name": None, "phone": None, "balance": None}}
    ]
    known = await world.ask(
        screen,
        """query ($id: ID!, $root: ID!) { member(id: $id) { displayName } node(id: $id) { __typename }
             organization(id: $root) { name roleGrants { totalCount } claims { totalCount } members { totalCount } }
             pointsLog(organizationId: $root) { cursor } displays(organizationId: $root) { totalCount } }""",
        id=world.id(story.li),
        root=world.id(story.company.root),
    )
    assert known == {
        "member": None,
        "node": None,
        "organization": {"name": "公司党委", "roleGrants": None, "claims": None, "members": {"totalCount": 0}},
        "pointsLog": None,
        "displays": None,
    }


async def test_a_screen_sees_its_organization_and_what_is_above_and_below(world: World, story: Story) -> None:
    company = story.company
    screen = await paired(world, story.secretary, company.first)
    seen: list[bool] = []
    for place in (company.root, company.first, company.group, company.second, company.third):
        data = await world.ask(
            screen,
            """query ($at: ID!, $board: LeaderboardInput!) { organization(id: $at) { id }
                 leaderboard(input: $board) { id } taskArena(organizationId: $at) { id } }""",
            at=world.id(place),
            board={"organizationId": world.id(place)},
        )
        assert len({found is None for found in data.values()}) == 1
        seen.append(data["organization"] is not None)
    assert seen == [True, True, True, False, False]
    in_the_hall = await paired(world, story.secretary, company.root)
    data = await world.ask(
        in_the_hall, "query ($at: ID!) { taskArena(organizationId: $at) { id } }", at=world.id(company.group)
    )
    assert data == {"taskArena": None}  # a group's boards are for its branch


async def test_a_screen_changes_nothing(world: World, story: Story) -> None:
    screen = await paired(world, story.secretary, story.company.root)
    pairing = await asked(world)
    assert (await approve(world, screen, pairing["code"], organizationId=world.id(story.company.root)))[
        "message"
    ].startswith("This token is a screen's")
    assert (await world.ask(screen, "mutation { signOut { __typename } }"))["signOut"]["__typename"] == "NotAllowed"
    assert await display_of(world, screen)


# ---------------------------------------------------------------- changing and ending


async def test_displays_are_listed_renamed_moved_and_revoked(world: World, story: Story) -> None:
    screen = await paired(world, story.secretary, story.company.first)
    mine = await display_of(world, screen)
    listed = await world.ask(story.secretary, LIST, at=world.id(story.company.root))
    assert listed["displays"] == {
        "totalCount": 1,
        "edges": [{"node": {"name": "大厅", "online": True, "revokedAt": None}}],
    }
    world.clock.advance(minutes=1)
    again = await world.ask(story.secretary, LIST, at=world.id(story.company.root))
    assert not again["displays"]["edges"][0]["node"]["online"]

    changed = await update(world, story.secretary, mine["id"], name="二楼", scenes=[{"kind": "COURSES", "seconds": 30}])
    assert (changed["display"]["name"], changed["display"]["version"]) == ("二楼", "2")
    assert [one["kind"] for one in changed["display"]["scenes"]] == ["COURSES"]
    moved = await update(world, story.secretary, mine["id"], organizationId=world.id(story.company.second))
    assert moved["display"]["organization"]["name"] == "第二党支部"
    arena = "query ($at: ID!) { taskArena(organizationId: $at) { id } }"
    assert (await world.ask(screen, arena, at=world.id(story.company.first)))["taskArena"] is None
    assert (await world.ask(screen, arena, at=world.id(story.company.second)))["taskArena"]

    assert (await update(world, story.li, mine["id"], name="我的"))["__typename"] == "NotFound"
    ended = (await world.ask(story.secretary, REVOKE, input={"displayId": mine["id"]}))["revokeDisplay"]
    assert ended["display"]["revokedAt"]
    assert (await world.ask(screen, VIEWER))["viewer"] is None
    assert (await world.ask(story.secretary, LIST, at=world.id(story.company.root)))["displays"]["totalCount"] == 0
    late = await update(world, story.secretary, mine["id"], name="三楼")
    assert late["__typename"] == "NotFound"


async def test_a_renamed_organization_gives_its_displays_a_new_version(world: World, story: Story) -> None:
    screen = await paired(world, story.secretary, story.company.first)
    mine = await display_of(world, screen)
    await world.ask(
        story.secretary,
        "mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { __typename } }",
        input={"organizationId": world.id(story.company.first), "name": "一支部"},
    )
    shown = await world.ask(screen, "{ viewer { display { version organization { name } } } }")
    assert shown["viewer"]["display"] == {"version": "2", "organization": {"name": "一支部"}}
    assert mine["organization"]["name"] == "第一党支部"


async def test_a_scene_may_show_a_period_that_is_over(world: World, story: Story) -> None:
    screen = await paired(world, story.secretary, story.company.first)
    mine = await display_of(world, screen)
    scenes = [
        {"kind": "ORGANIZATION_LEADERBOARD", "period": "QUARTER", "periodsBack": 12},
        {"kind": "MEMBER_LEADERBOARD", "period": "WEEK", "periodsBack": 1},
        {"kind": "MEMBER_LEADERBOARD"},
        {"kind": "COURSES", "periodsBack": 3},  # which has no periods
    ]
    changed = await update(world, story.secretary, mine["id"], scenes=scenes)
    assert changed["__typename"] == "UpdateDisplaySuccess"
    shown = await world.ask(screen, "{ viewer { display { scenes { period periodsBack } } } }")
    assert shown["viewer"]["display"]["scenes"] == [
        {"period": "QUARTER", "periodsBack": 12},
        {"period": "WEEK", "periodsBack": 1},
        {"period": "MONTH", "periodsBack": 0},
        {"period": None, "periodsBack": 0},
    ]
    moved = await update(world, story.secretary, mine["id"], organizationId=world.id(story.company.root))
    assert moved["display"]["scenes"][0]["period"] == "QUARTER"


async def test_codes_pair_one_screen_when_two_approve_at_once(world: World, story: Story) -> None:
    pairing = await asked(world)
    given = {"code": pairing["code"], "name": "大厅", "scenes": BOARD, "organizationId": world.id(story.company.root)}
    answers = await asyncio.gather(*(world.ask(story.secretary, APPROVE, input=given) for _ in range(5)))
    names = sorted(one["approveDisplayPairing"]["__typename"] for one in answers)
    assert names == ["ApproveDisplayPairingSuccess"] + ["PairingExpired"] * 4
