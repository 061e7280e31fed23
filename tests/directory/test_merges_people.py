"""What becomes of the person behind two members that are joined: sign-in, roles, privacy, claims, data."""

from __future__ import annotations

import pytest
from course import heard, published
from imports import members, refused
from shop import put_up, redeem
from tree import REFUSED
from twins import MERGE, UNDO, Story, clean, merge, points, told, undo
from world import Person, World

import models
from models import AuditEntry, Claim, ClaimStatus, Member, PointsEntry, RoleGrant
from resolvers.arena import claims
from resolvers.privacy import erasure, export
from rules.refusals import AlreadyClaimed
from rules.roles import Role


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def test_the_duplicate_can_no_longer_sign_in_and_its_roles_end(world: World, story: Story) -> None:
    grant = await world.grant(story.twin, Role.REVIEWER, at=story.company.second)
    await merge(world, story)

    assert (await world.session(story.twin)).viewer is None
    assert (await RoleGrant.get(id=grant.id)).ends_at == world.clock.now
    assert await RoleGrant.filter(member_id=story.zhang.id).count() == 0, "no role is carried over"
    listed = f'{{ organization(id: "{world.id(story.company.second)}") {{ memberCount members {{ totalCount }} }} }}'
    found = (await world.ask(story.secretary, listed))["organization"]
    assert found["members"]["totalCount"] == 0
    assert found["memberCount"] == 0
    kept = await AuditEntry.filter(action="mergeMembers")
    assert {one.organization_id for one in kept} == {story.company.first.id, story.company.second.id}
    assert '"rolesEnded":["REVIEWER"]' in (kept[0].details or "").replace(" ", "")
    update = f"mutation ($input: UpdateMemberInput!) {{ found: updateMember(input: $input) {{ {REFUSED} }} }}"
    wanted = {"memberId": world.id(story.twin), "active": True}
    answer = (await world.ask(story.secretary, update, input=wanted))["found"]
    assert answer["__typename"] == "NotAllowed"
    assert "undo the merge first" in answer["message"]


@pytest.mark.parametrize(("first", "second"), [(False, True), (True, False)])
async def test_the_stricter_privacy_wins(world: World, story: Story, first: bool, second: bool) -> None:
    await Member.filter(id=story.zhang.id).update(hidden_on_boards=first)
    await Member.filter(id=story.twin.id).update(hidden_on_boards=second, alias="老兵")
    await world.award(story.secretary, story.twin, 7)
    before = world.clock.now
    world.clock.advance(hours=1)
    await merge(world, story)

    assert await points(world, story, story.li) == {"": 7}
    assert await points(world, story, story.li, at=before) == {"": 7}, "nor is the other named where two are shown"
    assert (await Member.get(id=story.zhang.id)).display_name == "老兵"
    hidden = f'{{ member(id: "{world.id(story.twin)}") {{ displayName mergedInto {{ id }} mergedMembers {{ id }} }} }}'
    found = (await world.ask(story.li, hidden))["member"]
    assert (found["mergedInto"], found["mergedMembers"]) == (None, None), "who is who is not for everybody"
    await undo(world, story)
    assert (await Member.get(id=story.zhang.id)).display_name == "张三", "the alias was the other's"


async def test_what_cannot_be_joined_is_refused_in_words(world: World, story: Story) -> None:
    elsewhere = await world.company("XX")
    stranger = await world.member("张三", at=elsewhere.first)
    operator = await world.operator()
    third = await world.member("张三丰", at=story.company.third)
    gone = [await world.member(f"走了{number}", at=story.company.first) for number in range(2)]
    erased = await world.member("无名", at=story.company.first)
    for one in (*gone, erased):
        await models.members.set_active(await Member.get(id=one.id), False, world.clock.now)
    await Member.filter(id=erased.id).update(erased_at=world.clock.now)

    async def refused(by: Person | None = None, **both: Person) -> str:
        answer = await merge(world, story, by or operator, **both)
        assert answer["__typename"] in ("InvalidInput", "NotAllowed"), answer
        return answer["message"]

    assert "the survivor itself" in await refused(duplicate=story.zhang)
    assert "different roots" in await refused(duplicate=stranger)
    assert "erased" in await refused(duplicate=erased)
    assert "Neither of the two is active" in await refused(survivor=gone[0], duplicate=gone[1])
    assert "MEMBERS_MERGE" in await refused(story.reviewer)
    branch = await world.member("刘洋", at=story.company.first, roles=[Role.SECRETARY])
    assert "GS-2" in await refused(branch), "both organizations are asked"
    await world.grant(story.twin, Role.ADMIN, at=story.company.second)
    assert "role" in await refused(story.secretary), "who may not end its roles may not join it"
    await merge(world, story, operator)
    assert "Others were merged into this member" in await refused(survivor=third, duplicate=story.zhang)
    assert "undo that merge first" in await refused(survivor=third)
    assert "name the one that it was merged into" in await refused(survivor=story.twin, duplicate=third)
    undone = (await world.ask(operator, UNDO, input={"duplicateId": world.id(third)}))["found"]
    assert undone["message"] == "This member was never merged into another."
    assert await clean(world) == []


async def test_open_claims_go_on_as_the_survivor_s(world: World, story: Story) -> None:
    both, own = [await world.task(story.secretary, at=story.company.root) for _ in range(2)]
    for one, task in ((story.zhang, both), (story.twin, both), (story.twin, own)):
        await claims.claim(await world.session(one), task.id)
    await merge(world, story)

    held = {(one.task_id, one.member_id): one for one in await Claim.all()}
    assert held[both.id, story.twin.id].status is ClaimStatus.RELEASED
    assert held[both.id, story.zhang.id].status is ClaimStatus.CLAIMED
    with pytest.raises(AlreadyClaimed):
        await claims.claim(await world.session(story.zhang), own.id)
    mine = held[own.id, story.twin.id]
    await claims.submit(await world.session(story.zhang), mine.id, "照片")
    await claims.approve(await world.session(story.reviewer), mine.id, None)
    assert (await Member.get(id=story.zhang.id)).balance == 10
    viewer = "{ viewer { claims { totalCount } claimableTasks { totalCount } } }"
    found = (await world.ask(story.zhang, viewer))["viewer"]
    assert (found["claims"]["totalCount"], found["claimableTasks"]["totalCount"]) == (3, 0)
    assert await clean(world) == []


async def test_what_is_kept_of_both_is_handed_out_and_erased_together(world: World, story: Story) -> None:
    await world.award(story.secretary, story.twin, 7, reason="讲党课")
    given = {"survivorId": world.id(story.zhang), "duplicateId": world.id(story.twin), "reason": "重复录入"}
    await world.ask(story.secretary, MERGE, input=given)

    with pytest.raises(erasure.NoSuchMember, match="merged into"):
        await erasure.find(world.id(story.twin))
    kept = await export.export(story.zhang.id, world.clock.now)
    [other] = kept["mergedMembers"]
    assert (other["member"]["name"], other["pointsEntries"][0]["reason"]) == ("张叁", "讲党课")
    assert kept["merges"][0]["reason"] == "重复录入"
    await erasure.erase(story.zhang.id, now=world.clock, ports=world.ports)
    for one in (story.zhang, story.twin):
        row = await Member.get(id=one.id)
        assert (row.name, row.erased_at) == ("", world.clock.now)
    assert await models.PointsReason.all().count() == 0
    assert (await models.MemberMerge.get()).reason == ""
    assert await points(world, story) == {"": 7}
    assert (await undo(world, story))["__typename"] == "NotAllowed"
    assert await clean(world) == []


async def test_an_import_makes_no_twin_of_who_was_joined(world: World, story: Story) -> None:
    await models.Account.filter(member_id=story.twin.id).update(login="zhang.two")
    await merge(world, story)

    for line in ("GS-2,张叁,,,,zhang.two", "GS-2,张叁,,,,"):
        [fault] = await refused(members, line)
        assert "was merged into another member; leave this line out" in fault
    assert (await members(f"GS-1,张三,,,2020-07-01,{story.zhang.account.login}")).updated == 1
    assert (await Member.get(id=story.zhang.id)).joined_on is not None


async def test_a_course_is_heard_once_by_both(world: World, story: Story) -> None:
    course = await published(world, story.secretary, lecturer=story.li, at=story.company.root)
    own = await published(world, story.secretary, lecturer=story.twin, at=story.company.root)
    world.clock.advance(hours=1)
    await heard(world, story.twin, course)
    await merge(world, story)
    before = await PointsEntry.all().count()
    await heard(world, story.zhang, course)
    assert await PointsEntry.all().count() == before
    found = await world.ask(story.zhang, f'{{ course(id: "{world.id(course)}") {{ myStudy {{ completedAt }} }} }}')
    assert found["course"]["myStudy"]["completedAt"] is not None
    await heard(world, story.zhang, own)
    assert await PointsEntry.all().count() == before + 1, "nobody is paid for lecturing to themselves"
    assert await clean(world) == []


async def test_the_branch_of_a_duplicate_can_close_and_then_nobody_comes_back_to_it(world: World, story: Story) -> None:
    await merge(world, story)
    operator = await world.operator()
    close = """mutation ($id: ID!) { closeOrganization(input: {organizationId: $id}) { __typename } }"""
    answer = await world.ask(operator, close, id=world.id(story.company.second))
    assert answer["closeOrganization"]["__typename"] == "CloseOrganizationSuccess"
    assert (await undo(world, story))["__typename"] == "OrganizationIsClosed"
    assert await clean(world) == []


async def test_who_left_is_here_again_as_the_one_who_did_not(world: World, story: Story) -> None:
    """The survivor had left and the duplicate had not; and the other way about."""
    async with models.database.transaction():
        await models.members.set_active(await Member.get(id=story.zhang.id), False, world.clock.now)
    assert (await merge(world, story))["member"]["active"] is True
    assert await clean(world) == []
    answer = await undo(world, story)
    assert (answer["member"]["active"], answer["duplicate"]["active"]) == (False, True)
    answer = await merge(world, story, survivor=story.twin, duplicate=story.zhang)
    assert (answer["member"]["active"], answer["duplicate"]["active"]) == (True, False)
    assert await clean(world) == []


async def test_the_login_of_the_duplicate_may_become_the_survivor_s(world: World, story: Story) -> None:
    await models.Account.filter(member_id=story.twin.id).update(login="zhang.two")
    update = f"mutation ($input: UpdateMemberInput!) {{ found: updateMember(input: $input) {{ {REFUSED} }} }}"
    wanted = {"memberId": world.id(story.zhang), "login": "zhang.two"}
    assert (await world.ask(story.secretary, update, input=wanted))["found"]["__typename"] == "InvalidInput"
    await merge(world, story)
    assert (await world.ask(story.secretary, update, input=wanted))["found"]["__typename"] == "UpdateMemberSuccess"
    assert (await models.Account.get(login="zhang.two")).member_id == story.zhang.id


async def test_what_a_member_may_redeem_in_a_month_is_one_for_both(world: World, story: Story) -> None:
    cup = await put_up(world, story.secretary, story.company.root, price=1, perMonth=1, top=0)
    for one in (story.zhang, story.twin):
        await world.award(story.secretary, one, 5)
    await redeem(world, story.twin, cup)
    await merge(world, story)
    assert (await redeem(world, story.zhang, cup))["__typename"] == "AlreadyRedeemed"
    viewer = (await world.ask(story.zhang, "{ viewer { redemptions { totalCount } } }"))["viewer"]
    assert viewer["redemptions"]["totalCount"] == 1
    assert await clean(world) == []
