"""Courses: who offers, publishes and archives them, and who sees which."""

from __future__ import annotations

from typing import Any

import pytest
from course import do, hear, offered, published
from story import Story, told
from world import World

from models import Course
from rules.roles import Role

LIST = """query ($at: ID!, $status: CourseStatus!) { courses(organizationId: $at, status: $status) {
  totalCount edges { node { title } } } }"""


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


async def titles(world: World, who: Any, at: Any, status: str = "PUBLISHED") -> list[str]:
    found = (await world.ask(who, LIST, at=world.id(at), status=status))["courses"]
    assert found["totalCount"] == len(found["edges"])
    return [edge["node"]["title"] for edge in found["edges"]]


def given(world: World, at: Any, lecturer: Any, **more: Any) -> dict[str, Any]:
    wanted = {"organizationId": world.id(at), "lecturerId": world.id(lecturer), "title": "入党故事"}
    return wanted | {"durationSeconds": 600} | more


# ---------------------------------------------------------------- states


async def test_a_course_is_drafted_published_and_archived(world: World, story: Story) -> None:
    address = "https://media.example.org/故事.mp4?t=1#a"
    answer = await do(world, story.li, "createCourse", **given(world, story.company.root, story.li, mediaUrl=address))
    assert answer["__typename"] == "CreateCourseSuccess", answer
    course = answer["course"]
    assert (course["status"], course["publishedAt"], course["mediaUrl"]) == ("DRAFT", None, address)
    assert course["scanUrl"].startswith("http://127.0.0.1:8000/c/")
    assert course["lecturer"]["displayName"] == "李强"

    world.clock.advance(minutes=5)
    opened = await do(world, story.secretary, "publishCourse", courseId=course["id"])
    assert opened["__typename"] == "PublishCourseSuccess"
    assert (opened["course"]["status"], opened["course"]["publishedAt"]) == ("PUBLISHED", "2026-03-10T02:05:00Z")
    assert opened["course"]["scanUrl"] == course["scanUrl"]
    world.clock.advance(minutes=5)
    assert await do(world, story.secretary, "publishCourse", courseId=course["id"]) == opened, "a retry"

    closed = await do(world, story.secretary, "archiveCourse", courseId=course["id"])
    assert closed["course"]["status"] == "ARCHIVED"
    assert await do(world, story.secretary, "archiveCourse", courseId=course["id"]) == closed
    again = await do(world, story.secretary, "publishCourse", courseId=course["id"])
    assert (again["__typename"], again["course"]["status"]) == ("CourseArchived", "ARCHIVED")
    assert await titles(world, story.zhao, story.company.root) == []
    assert await titles(world, story.zhao, story.company.root, "ARCHIVED") == ["入党故事"]


async def test_two_secretaries_publish_it_at_one_moment(world: World, story: Story) -> None:
    course = await offered(world, story.li, at=story.company.root)
    await do(world, story.secretary, "publishCourse", courseId=world.id(course))
    first = (await Course.get(id=course.id)).published_at
    world.clock.advance(seconds=30)
    await do(world, story.secretary, "publishCourse", courseId=world.id(course))
    assert (await Course.get(id=course.id)).published_at == first


FAULTS: tuple[dict[str, Any], ...] = (
    {"title": " "},
    {"title": "课" * 201},
    {"summary": "长" * 10_001},
    {"durationSeconds": 0},
    {"durationSeconds": 86_401},
    {"mediaUrl": "media.example.org/a.mp3"},
    {"mediaUrl": "javascript:alert(1)"},
    {"mediaUrl": "data:text/html,x"},
    {"mediaUrl": "ftp://media.example.org/a.mp3"},
    {"mediaUrl": "https://"},
    {"mediaUrl": "https://media.example.org:99999/a"},
    {"mediaUrl": "https://bank.example@media.example.org/"},
    {"mediaUrl": "https://media.example.org/a b"},
    {"mediaUrl": 'https://media.example.org/"><b>'},
    {"mediaUrl": "https://media.example.org/" + "a" * 2_000},
)


async def test_a_course_with_a_fault_names_it(world: World, story: Story) -> None:
    for fault in FAULTS:
        answer = await do(world, story.li, "createCourse", **given(world, story.company.root, story.li, **fault))
        assert answer["__typename"] == "InvalidInput", fault
        assert [one["path"] for one in answer["fields"]] == [[*fault]]
    assert await Course.all().count() == 0


# ---------------------------------------------------------------- who may lecture


async def test_every_member_offers_its_own_course_where_it_belongs_or_above(world: World, story: Story) -> None:
    company = story.company

    async def tried(who: Any, at: Any, lecturer: Any) -> str:
        return (await do(world, who, "createCourse", **given(world, at, lecturer)))["__typename"]

    assert await tried(story.li, company.root, story.li) == "CreateCourseSuccess"
    assert await tried(story.li, company.first, story.li) == "CreateCourseSuccess"
    assert await tried(story.li, company.second, story.li) == "NotAllowed"
    assert await tried(story.li, company.group, story.li) == "NotAllowed", "not a member of that group"
    assert await tried(story.li, company.first, story.sun) == "NotAllowed", "somebody else's"
    assert await tried(story.secretary, company.first, story.zhao) == "CreateCourseSuccess", "of any branch"
    assert await tried(await world.operator(), company.root, story.sun) == "CreateCourseSuccess"
    assert await tried(None, company.root, story.li) == "NotAllowed"


async def test_a_lecturer_is_an_active_member_of_the_root(world: World, story: Story) -> None:
    stranger = await world.member("郑爽", at=(await world.company("YY")).first)
    operator = await world.operator()
    await do_update(world, operator, memberId=world.id(story.zhao), active=False)

    abroad = await do(world, operator, "createCourse", **given(world, story.company.root, stranger))
    assert (abroad["__typename"], abroad["fields"][0]["path"]) == ("InvalidInput", ["lecturerId"])
    gone = await do(world, operator, "createCourse", **given(world, story.company.root, story.zhao))
    assert (gone["__typename"], gone["fields"][0]["path"]) == ("InvalidInput", ["lecturerId"])
    unknown = await do(world, story.secretary, "createCourse", **given(world, story.company.root, stranger))
    assert unknown["__typename"] == "NotFound"


async def do_update(world: World, who: Any, **fields: Any) -> None:
    mutation = "mutation ($input: UpdateMemberInput!) { updateMember(input: $input) { __typename } }"
    answer = await world.ask(who, mutation, input=fields)
    assert answer["updateMember"]["__typename"] == "UpdateMemberSuccess"


async def test_an_organization_says_who_lectures_and_the_nearest_wins(world: World, story: Story) -> None:
    company = story.company
    mutation = """mutation ($at: ID!, $who: Lecturing!) { updateOrganization(
      input: { organizationId: $at, lecturing: $who }) { __typename
        ... on UpdateOrganizationSuccess { organization { lecturing name } } } }"""

    async def says(at: Any, who: str) -> None:
        answer = (await world.ask(story.secretary, mutation, at=world.id(at), who=who))["updateOrganization"]
        assert answer["organization"] == {"lecturing": who, "name": at.name}

    async def offers(at: Any) -> str:
        return (await do(world, story.li, "createCourse", **given(world, at, story.li)))["__typename"]

    await says(company.root, "NAMED_BY_SECRETARY")
    assert [await offers(at) for at in (company.root, company.first)] == ["NotAllowed"] * 2
    await says(company.first, "EVERY_MEMBER")
    assert [await offers(at) for at in (company.root, company.first)] == ["NotAllowed", "CreateCourseSuccess"]
    named = await do(world, story.secretary, "createCourse", **given(world, company.root, story.li))
    assert named["__typename"] == "CreateCourseSuccess"
    refused = (await world.ask(story.li, mutation, at=world.id(company.first), who="EVERY_MEMBER"))[
        "updateOrganization"
    ]
    assert refused["__typename"] == "NotAllowed"


async def test_only_a_secretary_publishes_and_archives(world: World, story: Story) -> None:
    course = await offered(world, story.li, at=story.company.first)
    neighbour = await world.member("吴刚", at=story.company.second, roles=[Role.SECRETARY])
    own = await world.member("刘洋", at=story.company.first, roles=[Role.SECRETARY])
    for who, answer in ((story.li, "NotAllowed"), (story.reviewer, "NotFound"), (neighbour, "NotFound")):
        assert (await do(world, who, "publishCourse", courseId=world.id(course)))["__typename"] == answer
    assert (await do(world, own, "publishCourse", courseId=world.id(course)))["__typename"] == "PublishCourseSuccess"
    for who in (story.li, story.reviewer, neighbour):
        assert (await do(world, who, "archiveCourse", courseId=world.id(course)))["__typename"] == "NotAllowed"
    assert (await Course.get(id=course.id)).status == "PUBLISHED"


async def test_a_lecturer_withdraws_its_own_draft_and_nobody_else_ever_sees_it(world: World, story: Story) -> None:
    course = await offered(world, story.li, at=story.company.first)
    assert (await do(world, story.sun, "archiveCourse", courseId=world.id(course)))["__typename"] == "NotFound"
    for _ in range(2):
        answer = await do(world, story.li, "archiveCourse", courseId=world.id(course))
        assert answer["course"]["status"] == "ARCHIVED"
    assert await titles(world, story.sun, story.company.first, "ARCHIVED") == []
    assert await titles(world, story.li, story.company.first, "ARCHIVED") == ["入党故事"]
    assert (await hear(world, story.sun, course))["__typename"] == "NotFound"


# ---------------------------------------------------------------- who sees them


async def test_drafts_are_for_their_lecturer_and_who_manages_there(world: World, story: Story) -> None:
    first = story.company.first
    await offered(world, story.li, at=first, title="李强的草稿")
    await offered(world, story.secretary, at=first, lecturer=story.sun, title="孙丽的草稿")
    draft = world.id(await Course.get(title="李强的草稿"))
    course = "query ($id: ID!) { course(id: $id) { title } node(id: $id) { ... on Course { title } } }"
    seen = {"course": {"title": "李强的草稿"}, "node": {"title": "李强的草稿"}}

    assert await titles(world, story.li, first, "DRAFT") == ["李强的草稿"]
    assert await titles(world, story.sun, first, "DRAFT") == ["孙丽的草稿"]
    assert sorted(await titles(world, story.secretary, first, "DRAFT")) == ["孙丽的草稿", "李强的草稿"]
    for who in (story.zhao, story.reviewer):
        assert await titles(world, who, first, "DRAFT") == []
        assert await world.ask(who, course, id=draft) == {"course": None, "node": None}
    for who in (story.li, story.secretary):
        assert await world.ask(who, course, id=draft) == seen


async def test_a_branch_shows_what_is_offered_there_above_and_below_and_a_group_is_for_its_branch(
    world: World, story: Story
) -> None:
    company, by = story.company, story.secretary
    for at, title in ((company.root, "党委"), (company.first, "一"), (company.second, "二"), (company.group, "小组")):
        await published(world, by, at=at, lecturer=story.zhao, title=title)
        world.clock.advance(minutes=1)
    assert await titles(world, story.li, company.root) == ["二", "一", "党委"]
    assert await titles(world, story.li, company.first) == ["小组", "一", "党委"]
    assert await titles(world, story.li, company.group) == ["小组", "一", "党委"]
    assert await titles(world, story.zhao, company.first) == ["小组", "一", "党委"]
    assert await titles(world, story.zhao, company.third) == ["党委"]
    assert await titles(world, story.reviewer, company.root) == ["小组", "二", "一", "党委"]
    inner = world.id(await Course.get(title="小组"))
    query = "query ($id: ID!) { course(id: $id) { title } }"
    assert (await world.ask(story.zhao, query, id=inner))["course"] is None
    assert (await world.ask(story.li, query, id=inner))["course"] == {"title": "小组"}


async def test_another_root_knows_of_none(world: World, story: Story) -> None:
    course = await published(world, story.secretary, at=story.company.root)
    stranger = await world.member("郑爽", at=(await world.company("YY")).root, roles=[Role.ADMIN])
    query = """query ($at: ID!, $id: ID!) { courses(organizationId: $at) { totalCount }
      courseBoard(organizationId: $at) { version } course(id: $id) { title } node(id: $id) { id } }"""
    found = await world.ask(stranger, query, at=world.id(story.company.root), id=world.id(course))
    assert found == {"courses": None, "courseBoard": None, "course": None, "node": None}
    assert (await hear(world, stranger, course))["__typename"] == "NotFound"
