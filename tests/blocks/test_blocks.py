"""The life of a block: created, revised, retired, each time one more signed revision of its chain."""

from __future__ import annotations

import hashlib
import json

import pytest
from block import MARKS, NAMES, asked, block, blocks_on, board, do, done, named, revise, wanted
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from story import Story, told
from world import World

import models
from models import Block, BlockOpening, BlockRevision

ZEROS = "0" * 64


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


# ---------------------------------------------------------------- what a client can check itself


async def test_a_new_block_shows_all_that_its_hash_is_made_of(world: World, story: Story) -> None:
    made = await block(world, story.secretary, story.company.first, story.li)

    revision, chain = made["current"], made["chain"]
    content = json.loads(revision["canonical"])
    assert revision["canonical"] == json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    assert {key: one for key, one in content.items() if key != "commitments"} == {
        "domain": "leitai-block-v1",
        "block": made["id"],
        "sequence": 1,
        "previousHash": ZEROS,
        "recordedAt": revision["recordedAt"],
        "recordedBy": world.id(story.secretary),
        "responsible": world.id(story.li),
        "retired": False,
    }
    assert revision["hash"] == sha256(revision["canonical"]) == chain["head"]
    openings = {one["path"]: one for one in revision["openings"]}
    assert openings.keys() == content["commitments"].keys() == {"name", "extent", "reason", "pairedWith"}
    for path, one in openings.items():
        assert content["commitments"][path] == sha256(one["salt"] + one["value"])
    assert {path: one["value"] for path, one in openings.items()} == {
        "name": revision["name"],
        "extent": revision["extent"],
        "reason": revision["reason"],
        "pairedWith": json.dumps(NAMES, ensure_ascii=False, separators=(",", ":")),
    }
    assert [one["displayName"] for one in revision["pairedWith"]] == [*NAMES]
    assert len({one["salt"][:32] for one in openings.values()}) == 4

    statement = "\n".join(("leitai-head-v1", made["id"], "1", chain["head"], chain["signedAt"]))
    assert chain["statement"] == statement
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(chain["publicKey"]))
    key.verify(bytes.fromhex(chain["signature"]), statement.encode())
    assert (chain["length"], chain["intact"], chain["brokenAt"]) == (1, True, None)
    assert chain["keyId"] == hashlib.sha256(bytes.fromhex(chain["publicKey"])).hexdigest()[:16]


async def test_canonical_holds_no_name_and_no_text(world: World, story: Story) -> None:
    made = await block(world, story.secretary, story.company.first, story.li)

    assert made["current"]["canonical"].isascii()


async def test_the_same_words_are_never_committed_to_alike(world: World, story: Story) -> None:
    first = await block(world, story.secretary, story.company.first, story.li)
    second = await block(world, story.secretary, story.company.first, story.li)

    one, other = (json.loads(of["current"]["canonical"])["commitments"] for of in (first, second))
    assert not set(one.values()) & set(other.values())


# ---------------------------------------------------------------- revising


async def test_each_revision_names_the_one_before(world: World, story: Story) -> None:
    made = await block(world, story.secretary, story.company.first, story.li)
    world.clock.advance(minutes=1)
    renamed = await revise(world, story.secretary, made, name="三楼西侧")
    world.clock.advance(minutes=1)
    await revise(world, story.secretary, renamed, responsibleId=world.id(story.sun), pairedWith=named(story.li, *NAMES))

    found = await asked(world, story.zhao, made["id"])
    links = [one["node"] for one in found["revisions"]["edges"]]
    assert [one["sequence"] for one in links] == [1, 2, 3]
    assert [one["previousHash"] for one in links] == [ZEROS, links[0]["hash"], links[1]["hash"]]
    assert [one["name"] for one in links] == ["三楼东侧工位区", "三楼西侧", "三楼西侧"]
    assert [one["extent"] for one in links] == ["从消防门到茶水间"] * 3, "what is left out stays"
    assert [one["responsible"]["displayName"] for one in links] == ["李强", "李强", "孙丽"]
    assert [one["displayName"] for one in links[2]["pairedWith"]] == ["李强", *NAMES]
    assert links[2]["pairedWith"][0]["member"]["id"] == world.id(story.li)
    assert found["current"] == links[2]
    assert (found["chain"]["length"], found["chain"]["intact"]) == (3, True)


async def test_a_newer_revision_refuses_the_change_and_is_shown(world: World, story: Story) -> None:
    made = await block(world, story.secretary, story.company.first, story.li)
    now = await revise(world, story.secretary, made, name="三楼西侧")

    for expected in (1, 3, 0):
        answer = await do(
            world, story.secretary, "reviseBlock", blockId=made["id"], expectedSequence=expected, name="x", reason="x"
        )
        assert answer["__typename"] == "BlockHasChanged"
        assert answer["current"] == now["current"]
    assert await BlockRevision.filter(block_id=(await Block.get()).id).count() == 2


async def test_a_retired_block_is_off_the_boards_and_changes_no_more(world: World, story: Story) -> None:
    made = await block(world, story.secretary, story.company.first, story.li)
    kept = await block(world, story.secretary, story.company.first, story.li, name="二楼")
    world.clock.advance(minutes=1)
    gone = await done(world, story.secretary, "retireBlock", blockId=made["id"], expectedSequence=1, reason="区域合并")

    assert gone["retiredAt"] == gone["current"]["recordedAt"]
    assert json.loads(gone["current"]["canonical"])["retired"] is True
    assert (gone["current"]["name"], gone["current"]["reason"]) == ("三楼东侧工位区", "区域合并")
    assert [one["id"] for one in blocks_on(await board(world, story.li, story.company.first))] == [kept["id"]]
    assert (await asked(world, story.li, made["id"]))["chain"]["intact"] is True
    for operation, given in (
        ("reviseBlock", {"expectedSequence": 2, "name": "又来", "reason": "x"}),
        ("retireBlock", {"expectedSequence": 2, "reason": "x"}),
        ("inspectBlock", MARKS),
    ):
        answer = await do(world, story.secretary, operation, blockId=made["id"], **given)
        assert answer["__typename"] == "BlockHasChanged"
        assert answer["current"]["sequence"] == 2
        assert "retired" in answer["message"]


async def test_what_was_erased_has_no_opening_and_must_be_given_anew(world: World, story: Story) -> None:
    made = await block(world, story.secretary, story.company.first, story.li)
    await BlockOpening.filter(path__in=["name", "pairedWith"]).delete()

    found = await asked(world, story.zhao, made["id"])
    assert found["current"]["name"] == ""
    assert [one["displayName"] for one in found["current"]["pairedWith"]] == ["", "", ""]
    assert [one["path"] for one in found["current"]["openings"]] == ["extent", "reason"]
    assert found["chain"]["intact"] is True, "the chain stays whole"
    given = {"blockId": made["id"], "expectedSequence": 1, "reason": "x"}
    answer = await do(world, story.secretary, "reviseBlock", extent="到茶水间", **given)
    assert [one["path"] for one in answer["fields"]] == [["name"], ["pairedWith"]]
    await done(world, story.secretary, "reviseBlock", name="三楼", pairedWith=named(*NAMES), **given)


# ---------------------------------------------------------------- who may, and what


async def test_secretaries_there_and_above_manage_blocks(world: World, story: Story) -> None:
    made = await block(world, story.secretary, story.company.first, story.li)
    given = {"blockId": made["id"], "expectedSequence": 1, "reason": "x"}

    for who in (story.li, story.zhao, story.reviewer):
        assert (await do(world, who, "createBlock", **wanted(world, story.company.first, story.li)))[
            "__typename"
        ] == "NotAllowed"
        assert (await do(world, who, "reviseBlock", **given))["__typename"] == "NotAllowed"
        assert (await do(world, who, "retireBlock", **given))["__typename"] == "NotAllowed"
    assert (await do(world, None, "retireBlock", **given))["__typename"] == "NotAllowed"
    operator = await world.operator()
    assert (await done(world, operator, "reviseBlock", **given))["current"]["recordedBy"] is None


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"name": " "}, ["name"]),
        ({"name": "长" * 101}, ["name"]),
        ({"extent": ""}, ["extent"]),
        ({"extent": "\0"}, ["extent"]),
        ({"reason": ""}, ["reason"]),
        ({"pairedWith": named("陈晓", "何静")}, ["pairedWith"]),
        ({"pairedWith": named("陈晓", "何静", " 陈晓 ")}, ["pairedWith", "2"]),
        ({"pairedWith": [*named("陈晓", "何静"), {}]}, ["pairedWith", "2"]),
        ({"pairedWith": [*named("陈晓", "何静"), {"name": "马超", "memberId": "x"}]}, ["pairedWith", "2"]),
        ({"pairedWith": [*named("陈晓", "何静"), {"memberId": "x"}]}, ["pairedWith", "2", "memberId"]),
        ({"pairedWith": named("陈晓", "何静", "")}, ["pairedWith", "2", "name"]),
        ({"pairedWith": named(*(f"同事{n}" for n in range(51)))}, ["pairedWith"]),
        ({"responsibleId": "x"}, ["responsibleId"]),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_what_is_wrong_is_said_and_where(
    world: World, story: Story, given: dict[str, object], path: list[str]
) -> None:
    made = await block(world, story.secretary, story.company.first, story.li)
    for operation, input in (
        ("createBlock", wanted(world, story.company.first, story.li, **given)),
        ("reviseBlock", {"blockId": made["id"], "expectedSequence": 1, "reason": "x", **given}),
    ):
        answer = await do(world, story.secretary, operation, **input)
        assert answer["__typename"] == "InvalidInput", answer
        assert [one["path"] for one in answer["fields"]] == [path]
    assert await BlockRevision.all().count() == 1


async def test_three_different_people_and_none_of_them_the_responsible(world: World, story: Story) -> None:
    for paired in (named(story.sun, story.sun, story.zhao), named(story.li, story.sun, story.zhao)):
        answer = await do(
            world, story.secretary, "createBlock", **wanted(world, story.company.first, story.li, pairedWith=paired)
        )
        assert answer["__typename"] == "InvalidInput", answer
    made = await block(
        world, story.secretary, story.company.first, story.li, pairedWith=named(story.sun, story.zhao, story.reviewer)
    )
    answer = await do(
        world, story.secretary, "reviseBlock",
        blockId=made["id"], expectedSequence=1, responsibleId=world.id(story.sun), reason="x",
    )  # fmt: skip
    assert [one["path"] for one in answer["fields"]] == [["pairedWith"]]


async def test_nobody_of_another_root_and_nobody_who_left_is_named(world: World, story: Story) -> None:
    stranger = await world.member("吴刚", at=(await world.company("YY")).root)
    left = await world.member("郑洁", at=story.company.first, active=False)
    for one in (stranger, left):
        for given in ({"responsibleId": world.id(one)}, {"pairedWith": named(one, "陈晓", "何静")}):
            answer = await do(
                world, story.secretary, "createBlock", **wanted(world, story.company.first, story.li, **given)
            )
            assert answer["__typename"] == "InvalidInput", answer


async def test_without_a_signing_key_nothing_is_recorded_and_this_is_said(world: World, story: Story) -> None:
    world.signer = None
    answer = await do(world, story.secretary, "createBlock", **wanted(world, story.company.first, story.li))

    assert answer["__typename"] == "NotAllowed"
    assert "LEITAI_SIGNING_KEY" in answer["message"]
    assert await models.Block.all().count() == 0
