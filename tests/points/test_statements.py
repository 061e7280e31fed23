"""A member's ledger as a file, at an address that is good for ten minutes."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from acts import earn_one, set_rule
from hall import Hall, opened
from openpyxl import load_workbook
from starlette.applications import Starlette
from story import Story, told
from world import Person, World

import resolvers.points.statements
from app.web import statements
from rules.points.statements import COLUMNS, defused
from rules.roles import Role

LINK = """mutation ($input: CreateStatementLinkInput!) { createStatementLink(input: $input) { __typename
  ... on CreateStatementLinkSuccess { url expiresAt } ... on UserError { message }
  ... on InvalidInput { fields { path } } } }"""
NASTY = ['=HYPERLINK("http://evil","x")', "+1", "-1", "@SUM(A1)", " =1", "＝1", '说"了",\n好']


@pytest.fixture
async def story(world: World) -> Story:
    return await told(world)


@pytest.fixture
async def hall(world: World) -> AsyncIterator[Hall]:
    async with opened(world) as found:
        yield found


async def link(world: World, by: Person, of: Person, **given: Any) -> dict[str, Any]:
    return (await world.ask(by, LINK, input={"memberId": world.id(of)} | given))["createStatementLink"]


async def fetched(hall: Hall, url: str) -> httpx.Response:
    app = Starlette(routes=statements.routes(hall.live))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://leitai") as client:
        return await client.get(url)


async def table(hall: Hall, url: str) -> list[dict[str, str]]:
    answer = await fetched(hall, url)
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf"), "Excel needs the mark"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_a_csv_holds_every_entry_with_its_reason_and_sums_to_the_balance(
    world: World, story: Story, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolvers.points.statements, "PAGE", 3)  # more pages than one
    await set_rule(story.company.root, "study.article", {"title": "阅读", "amount": 9, "caps": [
        {"period": "DAY", "points": 4}]})  # fmt: skip
    await earn_one(world, story.li, "study.article")
    for number, text in enumerate(NASTY):
        await world.award(story.secretary, story.li, 5 - number, reason=text) if number != 5 else None
    await world.award(story.secretary, story.sun, 7)
    made = await link(world, story.li, story.li)
    assert made["__typename"] == "CreateStatementLinkSuccess"
    assert made["expiresAt"] == "2026-03-10T02:10:00Z"
    rows = await table(hall, made["url"])
    assert tuple(rows[0]) == COLUMNS
    assert (rows[0]["amount"], rows[0]["cut"], rows[0]["cut_points"]) == ("4", "CAP_DAY", "5")
    assert rows[0]["counts_at"] == "2026-03-10 10:00:00"
    assert [row["reason"] for row in rows[1:]] == [defused(one.strip()) for one in NASTY if one != "＝1"]
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@"))]
    assert [row["amount"] for row in rows if row["kind"] == "DEDUCTED"] == ["-1"]
    assert rows[-1]["sum"] == str(sum(int(row["amount"]) for row in rows))
    assert {row["organization_code"] for row in rows} == {"GS-1"}


async def test_an_xlsx_holds_the_same_and_no_formula(world: World, story: Story, hall: Hall) -> None:
    for text in NASTY:
        await world.award(story.secretary, story.li, 5, reason=text)
    plain = await table(hall, (await link(world, story.li, story.li))["url"])
    answer = await fetched(hall, (await link(world, story.li, story.li, format="XLSX"))["url"])
    assert answer.headers["content-disposition"] == 'attachment; filename="statement.xlsx"'
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")
    sheet: Any = load_workbook(io.BytesIO(answer.content)).active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    head, *rows = sheet.iter_rows(values_only=True)
    assert head == COLUMNS
    assert [["" if cell is None else str(cell) for cell in row] for row in rows] == [[*row.values()] for row in plain]
    assert rows[0][COLUMNS.index("amount")] == 5


async def test_a_period_has_what_counts_in_it(world: World, story: Story, hall: Hall) -> None:
    await world.award(story.secretary, story.li, 5)
    world.clock.advance(days=30)
    await world.award(story.secretary, story.li, 6)
    asked = [{"period": "MONTH"}, {"period": "MONTH", "on": "2026-03-31"}, {"period": "YEAR"}, {"period": "DAY"}]
    urls = [(await link(world, story.li, story.li, **given))["url"] for given in asked]
    amounts = [[row["amount"] for row in await table(hall, url)] for url in urls]
    assert amounts == [["6"], ["5"], ["5", "6"], ["6"]]


async def test_it_is_for_the_member_and_for_who_may_read_its_ledger(world: World, story: Story, hall: Hall) -> None:
    await world.award(story.secretary, story.li, 5)
    branch = await world.member("马超", at=story.company.first, roles=[Role.SECRETARY])
    stranger = await world.member("外人", at=(await world.company("XX")).first)
    people = [story.li, branch, story.secretary, story.sun, story.reviewer, stranger]
    answers = [(await link(world, one, story.li))["__typename"] for one in people]
    assert answers == ["CreateStatementLinkSuccess"] * 3 + ["NotAllowed"] * 2 + ["NotFound"]


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


async def test_a_link_ends_after_ten_minutes_with_the_right_and_with_the_session(
    world: World, story: Story, hall: Hall
) -> None:
    await world.award(story.secretary, story.li, 5)
    urls = [(await link(world, one, story.li))["url"] for one in (story.li, story.secretary)]
    assert [(await fetched(hall, url)).status_code for url in urls] == [200, 200]
    await world.ask(story.secretary, "mutation { signOut { __typename } }")
    assert [(await fetched(hall, url)).status_code for url in urls] == [200, 404]
    branch = await world.member("马超", at=story.company.first)
    grant = await world.grant(branch, Role.SECRETARY, at=story.company.first)
    url = (await link(world, branch, story.li))["url"]
    await grant.delete()
    assert (await fetched(hall, url)).status_code == 404
    world.clock.advance(minutes=10)
    refused = await fetched(hall, urls[0])
    assert (refused.status_code, refused.text) == (
        404,
        "This link is expired or unknown; create a new one.\n",
    )


async def test_no_letter_of_a_link_can_be_changed(world: World, story: Story, hall: Hall) -> None:
    await world.award(story.secretary, story.li, 5)
    address, token = (await link(world, story.li, story.li))["url"].rsplit("/", 1)
    text, seal = token.split(".")
    last = LETTERS[LETTERS.index(seal[-1]) ^ 1]  # decodes to the same bytes: the last letter has bits to spare
    wrong = [
        text,
        f".{seal}",
        "…",
        "a.b.c",
        f"{token[:-1]}{last}",
        f"{token}=",
        f"{token[:60]}!{token[60:]}",
        f"{token}.",
    ]
    for place in (0, 40, len(text) + 21):
        other = "B" if token[place] != "B" else "C"
        wrong.append(f"{token[:place]}{other}{token[place + 1 :]}")
    for one in wrong:
        assert (await fetched(hall, f"{address}/{one}")).status_code == 404, one
