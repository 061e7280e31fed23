"""Every mutation of the schema is called, and leaves who did what to whom, where."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from audited import Acts, Kept, query
from block import MARKS, NAMES, named
from openid import REDIRECT, Front, OpenId
from screens import BOARD
from story import Story, told
from world import Person, World

import models
from resolvers.verification import verify as verification_verify
from rules import audit_sentences
from rules.roles import Role
from schema import ids, schema

# They change nothing for anybody, and anybody, or any screen, may ask, so that a flood of it would fill the log.
NOT_KEPT = {"requestDisplayPairing", "beginOpenIdSignIn", "reportScenes"}
PASSWORD = "correct horse battery"
SIGN_IN = query("signIn")


def key() -> str:
    return str(uuid4())


async def test_every_mutation_leaves_its_entry(world: World) -> None:
    story = await told(world)
    acts = Acts(world, story.company.root.id)
    operator = await world.operator()
    await tree_and_people(acts, story, operator)
    await tasks(acts, story)
    await courses(acts, story)
    await points(acts, story, operator)
    await rules_and_services(acts, story, operator)
    await rewards(acts, story)
    await boards_and_screens(acts, story)
    await blocks(acts, story)
    await signing_in(acts, story)

    assert schema._schema.mutation_type
    assert acts.called == set(schema._schema.mutation_type.fields)
    assert acts.left_nothing == NOT_KEPT
    assert acts.called - NOT_KEPT <= set(audit_sentences.PHRASES)
    assert (await verification_verify.verify(world.clock.now)).differences == []


async def tree_and_people(acts: Acts, story: Story, operator: Person) -> None:
    world, company = acts.world, story.company
    root = world.id(company.root)
    made = await acts.do(
        "createOrganization",
        operator,
        Kept("Organization", None),
        parentId=root,
        code="GS-9",
        name="第九党支部",
        kind="BRANCH",
    )
    ninth = made["organization"]["id"]
    renamed = Kept("Organization", company.first)
    await acts.do("updateOrganization", story.secretary, renamed, organizationId=world.id(company.first), name="一支部")
    gone = Kept("Organization", company.second, times=2)
    await acts.do(
        "moveOrganization", operator, gone, organizationId=world.id(company.second), parentId=world.id(company.general)
    )
    third = world.id(company.third)
    for name in ("closeOrganization", "reopenOrganization"):
        await acts.do(name, operator, Kept("Organization", company.third, times=2), organizationId=third)
        await acts.do(name, operator, None, organizationId=third)
    created = Kept("Member", company.first, members=None)
    await acts.do(
        "createMember", story.secretary, created, organizationId=world.id(company.first), name="新人", login="xin"
    )
    changed = Kept("Member", company.first, [story.sun], details={"changed": ["phone"]})
    await acts.do("updateMember", story.secretary, changed, memberId=world.id(story.sun), phone="13800138000")
    moved = Kept("Member", company.second, [story.zhao], times=2)
    await acts.do("moveMember", story.secretary, moved, memberId=world.id(story.zhao), organizationId=ninth)
    twin = await world.member("李 强", at=company.first)
    both = Kept("Member", company.first, [story.li, twin])
    for kept in (both, None):
        given = {"survivorId": world.id(story.li), "duplicateId": world.id(twin)}
        await acts.do("mergeMembers", story.secretary, kept, given)
    for kept in (both, None):
        await acts.do("undoMerge", story.secretary, kept, duplicateId=world.id(twin))
    hidden = Kept("Member", company.first, [story.li], details={"changed": ["alias"]})
    await acts.do("updateMyPrivacy", story.li, hidden, alias="小李")
    given = Kept("RoleGrant", company.first, [story.li], details={"role": "REVIEWER"})
    grant = await acts.do(
        "grantRole",
        story.secretary,
        given,
        memberId=world.id(story.li),
        organizationId=world.id(company.first),
        role=Role.REVIEWER.value,
    )
    await acts.do("revokeRole", story.secretary, given, grantId=grant["grant"]["id"])


async def tasks(acts: Acts, story: Story) -> None:
    world, secretary, li = acts.world, story.secretary, story.li
    root = story.company.root
    of_task, of_claim = Kept("Task", root), Kept("Claim", root, [li])
    for last in ("approveClaim", "rejectClaim", "releaseClaim"):
        made = await acts.do("createTask", secretary, of_task, organizationId=world.id(root), title="慰问", points=5)
        task = made["task"]["id"]
        await acts.do("publishTask", secretary, of_task, taskId=task)
        claim = (await acts.do("claimTask", li, of_claim, taskId=task))["claim"]["id"]
        if last == "releaseClaim":
            await acts.do(last, li, of_claim, claimId=claim)
            continue
        await acts.do("submitClaim", li, of_claim, claimId=claim, evidence="照片")
        if last == "rejectClaim":
            await acts.do("returnClaim", story.reviewer, of_claim, claimId=claim, note="请补充")
        await acts.do(last, story.reviewer, of_claim, claimId=claim, note="好")
        await acts.do("closeTask", secretary, of_task, taskId=task)


async def courses(acts: Acts, story: Story) -> None:
    world, secretary = acts.world, story.secretary
    of_course = Kept("Course", story.company.root, [story.li])
    made = await acts.do(
        "createCourse",
        secretary,
        of_course,
        organizationId=world.id(story.company.root),
        lecturerId=world.id(story.li),
        title="党课",
        durationSeconds=600,
    )
    course = made["course"]["id"]
    await acts.do("publishCourse", secretary, of_course, courseId=course)
    await acts.do("publishCourse", secretary, None, courseId=course)  # it was so before
    world.clock.advance(minutes=20)
    heard = Kept("Study", story.company.root, [story.sun])
    given = {"courseId": course, "positionSeconds": 600, "idempotencyKey": key()}
    await acts.do("recordStudy", story.sun, heard, given)
    await acts.do("recordStudy", story.sun, None, given)  # a repetition
    await acts.do("archiveCourse", secretary, of_course, courseId=course)


async def points(acts: Acts, story: Story, operator: Person) -> None:
    world, secretary = acts.world, story.secretary
    earned = Kept("PointsEntry", story.company.first, [story.li])
    given = {"memberId": world.id(story.li), "amount": 30, "reason": "志愿服务", "idempotencyKey": key()}
    made = await acts.do("awardPoints", secretary, earned, given)
    await acts.do("awardPoints", secretary, None, given)
    entry = made["pointsEntry"]["id"]
    await acts.do("reversePoints", secretary, earned, pointsEntryId=entry, reason="错", idempotencyKey=key())
    long_ago = (world.clock.now - timedelta(days=60)).isoformat()
    corrected = {**given, "idempotencyKey": key(), "countsAt": long_ago}
    await acts.do("correctPoints", operator, earned, corrected)


async def rules_and_services(acts: Acts, story: Story, operator: Person) -> None:
    world, secretary, root = acts.world, story.secretary, story.company.root
    of_rule = Kept("PointRule", root)
    rule = {"title": "阅读", "amount": 2}
    made = await acts.do("createPointRule", secretary, of_rule, organizationId=world.id(root), code="read", rule=rule)
    said = {"rule": "read", "memberId": world.id(story.li), "idempotencyKey": key()}
    await acts.do("recordAct", secretary, Kept("PointsEntry", story.company.first, [story.li]), said)
    await acts.do("recordAct", secretary, None, said)
    both = [{**said, "memberId": world.id(one), "idempotencyKey": key()} for one in (story.li, story.sun)]
    await acts.do("recordActs", secretary, Kept("PointsEntry", story.company.first, [story.li, story.sun]), both)
    rule_id = made["rule"]["id"]
    await acts.do("changePointRule", secretary, of_rule, ruleId=rule_id, rule={**rule, "amount": 3})
    await acts.do("endPointRule", secretary, of_rule, ruleId=rule_id)
    await acts.do("adoptRuleSet", secretary, of_rule, organizationId=world.id(root), set=next(iter(sets())))
    of_token = Kept("ServiceToken", root)
    token = await acts.do("createServiceToken", operator, of_token, organizationId=world.id(root), name="学习平台")
    await acts.do("revokeServiceToken", operator, of_token, serviceTokenId=token["serviceToken"]["id"])


def sets() -> list[str]:
    found = schema._schema.type_map["RuleSet"]
    return list(found.values)  # type: ignore[attr-defined]


async def rewards(acts: Acts, story: Story) -> None:
    world, secretary, root = acts.world, story.secretary, story.company.root
    of_reward, of_redemption = Kept("Reward", root), Kept("Redemption", root, [story.li])
    made = await acts.do(
        "createReward",
        secretary,
        of_reward,
        organizationId=world.id(root),
        name="茶杯",
        price=1,
        stock=3,
        perMonth=0,
        top=0,
    )
    reward = made["reward"]["id"]
    changed = Kept("Reward", root, details={"changed": ["price"]})
    await acts.do("updateReward", secretary, changed, rewardId=reward, price=2, addStock=0)
    for last in ("cancelRedemption", "handOverRedemption"):
        given = {"rewardId": reward, "idempotencyKey": key()}
        redeemed = await acts.do("redeemReward", story.li, of_redemption, given)
        await acts.do("redeemReward", story.li, None, given)
        await acts.do(last, secretary, of_redemption, redemptionId=redeemed["redemption"]["id"])
    link = Kept("Member", story.company.first, [story.li], named=False, details={"format": "CSV", "period": "ALL_TIME"})
    await acts.do("createStatementLink", story.li, link, memberId=world.id(story.li))


async def boards_and_screens(acts: Acts, story: Story) -> None:
    world, secretary, first = acts.world, story.secretary, story.company.first
    place = world.id(first)
    for name in ("freezeLeaderboards", "unfreezeLeaderboards"):
        await acts.do(name, secretary, Kept("Organization", first), organizationId=place)
        await acts.do(name, secretary, None, organizationId=place)
    asked = (await acts.do("requestDisplayPairing", None, None))["pairing"]
    of_screen = Kept("Display", first)
    made = await acts.do(
        "approveDisplayPairing", secretary, of_screen, code=asked["code"], organizationId=place, name="厅", scenes=BOARD
    )
    display = made["display"]["id"]
    await acts.do("claimDisplayToken", None, of_screen, deviceCode=asked["deviceCode"])
    hung = await models.Display.get(id=ids.read(display, "Display"))
    token, held = await models.sessions.issue(hung.account_id, world.clock.now, timedelta(days=1))
    screen = Person(await models.Account.get(id=hung.account_id), None, token, held.expires_at)
    await acts.do("reportScenes", screen, None, failingSceneIds=[])
    await acts.do("updateDisplay", secretary, of_screen, displayId=display, name="大厅")
    await acts.do("revokeDisplay", secretary, of_screen, displayId=display)


async def blocks(acts: Acts, story: Story) -> None:
    world, secretary, first = acts.world, story.secretary, story.company.first
    of_block = Kept("Block", first, [story.li])
    made = await acts.do(
        "createBlock",
        secretary,
        of_block,
        organizationId=world.id(first),
        name="一区",
        extent="到门口",
        responsibleId=world.id(story.li),
        pairedWith=named(*NAMES),
        reason="新设",
    )
    block = made["block"]["id"]
    await acts.do("reviseBlock", secretary, of_block, blockId=block, expectedSequence=1, name="二区", reason="改")
    inspected = Kept("BlockInspection", first, named=False)
    await acts.do("inspectBlock", story.reviewer, inspected, blockId=block, note="好", **MARKS)
    await acts.do("retireBlock", secretary, of_block, blockId=block, expectedSequence=2, reason="合并")


async def signing_in(acts: Acts, story: Story) -> None:
    world = acts.world
    qian = await world.member("钱进", at=story.company.first, login="qian", password=PASSWORD)
    itself = Kept("Account", story.company.first, [qian], named=False)
    await acts.do("signIn", None, itself, login="qian", password=PASSWORD)
    await through_a_provider(acts, itself)
    await acts.do("changePassword", qian, itself, oldPassword=PASSWORD, newPassword=f"another {PASSWORD}")
    other = await world.ask(None, SIGN_IN, given={"login": "qian", "password": f"another {PASSWORD}"})
    assert other["found"]["token"]
    listed = await models.AuthToken.filter(account_id=qian.account.id, revoked_at=None).order_by("created_at")
    of_session = Kept("Session", story.company.first, [qian], named=False)
    another = next(one for one in listed if one.token_hash != models.sessions.digest(qian.token))
    await acts.do("revokeSession", qian, of_session, sessionId=ids.encode("Session", another.id))
    await acts.do("revokeOtherSessions", qian, itself)
    await acts.do("signOut", qian, itself)


async def through_a_provider(acts: Acts, itself: Kept) -> None:
    theirs = OpenId(acts.world.clock)
    theirs.person = {"sub": "1", "preferred_username": "qian"}
    acts.world.provider = provider = Front.of(acts.world, theirs).provider
    begun = await acts.do("beginOpenIdSignIn", None, None, redirectUri=REDIRECT)
    back = await theirs.sign_in(begun["address"])
    await acts.do("finishOpenIdSignIn", None, itself, secret=begun["secret"], **back)
    await provider.close()
    theirs.close()
