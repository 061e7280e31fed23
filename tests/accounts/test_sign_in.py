"""Signing in and out, and what wrong guesses cost."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from world import Person, World

import models
from app.live.token_usage import Uses
from models import AuthToken, Member
from models.sessions import rights_position
from resolvers.accounts.sign_in import FREE_FAILURES, LONGEST_WAIT, viewer_of
from rules.roles import Role

PASSWORD = "水滴石穿-2026"
SIGN_IN = """
mutation ($login: String!, $password: String!) {
  signIn(input: {login: $login, password: $password}) {
    __typename
    ... on SignInSuccess { token expiresAt viewer { member { displayName } roles { role } } }
    ... on UserError { message }
    ... on TooManyAttempts { retryAfterSeconds }
  }
}
"""
SIGN_OUT = "mutation { signOut { __typename ... on SignOutSuccess { done } ... on UserError { message } } }"
CHANGE = """
mutation ($old: String!, $new: String!) {
  changePassword(input: {oldPassword: $old, newPassword: $new}) {
    __typename
    ... on ChangePasswordSuccess { viewer { member { displayName } } }
    ... on UserError { message }
    ... on InvalidInput { fields { path } }
  }
}
"""
SESSIONS = "query { viewer { sessions { totalCount edges { node { id createdAt lastUsedAt expiresAt current } } } } }"
REVOKE = """
mutation ($id: ID!) {
  revokeSession(input: {sessionId: $id}) {
    __typename ... on RevokeSessionSuccess { sessionId } ... on UserError { message } } }
"""
REVOKE_OTHERS = """
mutation { revokeOtherSessions {
  __typename ... on RevokeOtherSessionsSuccess { count } ... on UserError { message } } }
"""
VIEWER = "query { viewer { member { displayName } roles { role } } }"


@pytest.fixture
async def li(world: World) -> Person:
    """李强, a secretary who can sign in; the login is new in each test."""
    company = await world.company()
    return await world.member(
        "李强", at=company.first, roles=[Role.SECRETARY], login=f"Li.{uuid4()}", password=PASSWORD
    )


async def sign_in(world: World, login: str, password: str = PASSWORD) -> dict[str, Any]:
    return (await world.ask(None, SIGN_IN, login=login, password=password))["signIn"]


async def change(world: World, person: Person | None, old: str, new: str) -> dict[str, Any]:
    return (await world.ask(person, CHANGE, old=old, new=new))["changePassword"]


async def good(world: World, token: str) -> bool:
    return await viewer_of(token, world.clock.now) is not None


async def test_signing_in_gives_a_token_for_thirty_days(world: World, li: Person) -> None:
    answer = await sign_in(world, li.account.login)

    assert answer["__typename"] == "SignInSuccess"
    assert answer["expiresAt"] == "2026-04-09T02:00:00Z"
    assert answer["viewer"] == {"member": {"displayName": "李强"}, "roles": [{"role": "SECRETARY"}]}
    assert await good(world, answer["token"])
    world.clock.advance(days=30)
    assert not await good(world, answer["token"])


async def test_a_token_is_kept_only_as_its_hash(world: World, li: Person) -> None:
    token = (await sign_in(world, li.account.login))["token"]

    kept = await AuthToken.filter(account_id=li.account.id).values()
    assert len(token) >= 43, "256 bits"
    assert token not in str(kept)


async def test_a_login_is_read_without_regard_to_case_and_space(world: World, li: Person) -> None:
    assert (await sign_in(world, f"  {li.account.login.upper()} "))["__typename"] == "SignInSuccess"


async def test_the_operator_signs_in_and_is_no_member(world: World) -> None:
    operator = await world.operator()

    assert (await world.ask(operator, VIEWER))["viewer"] == {"member": None, "roles": [{"role": "ADMIN"}]}


async def test_nobody_is_asking_without_a_token(world: World) -> None:
    assert (await world.ask(None, VIEWER))["viewer"] is None
    assert (await world.ask(None, SIGN_OUT))["signOut"]["__typename"] == "NotAllowed"
    assert (await change(world, None, PASSWORD, "another-password"))["__typename"] == "NotAllowed"


async def test_a_wrong_password_and_an_unknown_login_answer_alike(world: World, li: Person) -> None:
    without = await world.member("赵敏", at=(await world.company("YY")).first)
    answers = [
        await sign_in(world, li.account.login, "guessed"),
        await sign_in(world, li.account.login, ""),
        await sign_in(world, li.account.login, PASSWORD + "x" * 2000),
        await sign_in(world, f"nobody-{uuid4()}"),
        await sign_in(world, without.account.login, ""),
        await sign_in(world, str(uuid4()) * 1000),
        await sign_in(world, "\0"),
    ]

    assert all(answer == answers[0] for answer in answers)
    assert answers[0] == {"__typename": "WrongCredentials", "message": "Login or password is wrong."}


@pytest.mark.parametrize("unsayable", ["\ud800", "a\0b"])
async def test_text_that_no_database_takes_is_only_wrong(world: World, li: Person, unsayable: str) -> None:
    """JSON can carry a lone surrogate and a NUL."""
    assert (await sign_in(world, unsayable))["__typename"] == "WrongCredentials"
    assert (await sign_in(world, li.account.login, unsayable))["__typename"] == "WrongCredentials"
    assert (await change(world, li, unsayable, "another-password"))["__typename"] == "WrongCredentials"
    answer = await change(world, li, PASSWORD, unsayable * 8)
    assert (answer["__typename"], answer["fields"][0]["path"]) == ("InvalidInput", ["newPassword"])


async def test_after_five_failures_waiting_begins_and_grows(world: World, li: Person) -> None:
    for _ in range(FREE_FAILURES):
        assert (await sign_in(world, li.account.login, "guessed"))["__typename"] == "WrongCredentials"
    waits: list[int] = []
    for _ in range(3):
        answer = await sign_in(world, li.account.login)
        assert answer["__typename"] == "TooManyAttempts", "the right password too"
        waits.append(answer["retryAfterSeconds"])
        world.clock.advance(seconds=waits[-1])
        assert (await sign_in(world, li.account.login, "guessed"))["__typename"] == "WrongCredentials"

    assert waits == [1, 2, 4]
    world.clock.advance(seconds=LONGEST_WAIT)
    assert (await sign_in(world, li.account.login))["__typename"] == "SignInSuccess"
    assert (await sign_in(world, li.account.login, "guessed"))["__typename"] == "WrongCredentials", (
        "and the count began anew"
    )


async def test_failures_of_an_unknown_login_are_counted_alike(world: World) -> None:
    login = f"nobody-{uuid4()}"
    answers = [await sign_in(world, login) for _ in range(FREE_FAILURES + 1)]

    assert [answer["__typename"] for answer in answers[-2:]] == ["WrongCredentials", "TooManyAttempts"]


async def test_an_inactive_member_is_out_and_cannot_come_in(world: World, li: Person) -> None:
    before = await AuthToken.all().count()
    await Member.filter(id=li.id).update(active=False)

    assert not await good(world, li.token)
    assert (await sign_in(world, li.account.login))["__typename"] == "WrongCredentials"
    assert await AuthToken.all().count() == before


async def test_signing_out_ends_this_session_and_no_other(world: World, li: Person) -> None:
    other = (await sign_in(world, li.account.login))["token"]
    answer = (await world.ask(li, SIGN_OUT))["signOut"]

    assert answer == {"__typename": "SignOutSuccess", "done": True}
    assert not await good(world, li.token)
    assert await good(world, other)
    assert (await world.ask(li, VIEWER))["viewer"] is None


async def test_a_new_password_ends_the_other_sessions(world: World, li: Person) -> None:
    other = (await sign_in(world, li.account.login))["token"]
    answer = await change(world, li, PASSWORD, "another-password")

    assert answer == {"__typename": "ChangePasswordSuccess", "viewer": {"member": {"displayName": "李强"}}}
    assert await good(world, li.token)
    assert not await good(world, other)
    assert (await sign_in(world, li.account.login))["__typename"] == "WrongCredentials"
    assert (await sign_in(world, li.account.login, "another-password"))["__typename"] == "SignInSuccess"


async def test_a_new_password_needs_the_old_one_and_eight_characters(world: World, li: Person) -> None:
    assert (await change(world, li, "guessed", "another-password"))["__typename"] == "WrongCredentials"
    short = await change(world, li, PASSWORD, "short")
    assert (short["__typename"], short["fields"]) == ("InvalidInput", [{"path": ["newPassword"]}])
    long = await change(world, li, PASSWORD, "x" * 129)
    assert long["__typename"] == "InvalidInput"
    assert (await sign_in(world, li.account.login))["__typename"] == "SignInSuccess"


async def test_guessing_the_old_password_is_slowed_like_signing_in(world: World, li: Person) -> None:
    answers = [await change(world, li, "guessed", "another-password") for _ in range(FREE_FAILURES + 1)]

    assert [answer["__typename"] for answer in answers[-2:]] == ["WrongCredentials", "TooManyAttempts"]
    assert (await sign_in(world, li.account.login))["__typename"] == "SignInSuccess", "that is counted by itself"


async def test_roles_are_those_that_hold_now(world: World, li: Person) -> None:
    start = world.clock.now
    company = await models.Organization.get(id=li.member.root_id if li.member else None)
    await world.grant(li, Role.REVIEWER, at=company, starts_at=start.replace(hour=3), ends_at=start.replace(hour=4))

    async def roles() -> list[str]:
        return [one["role"] for one in (await world.ask(li, VIEWER))["viewer"]["roles"]]

    assert await roles() == ["SECRETARY"]
    world.clock.now = start.replace(hour=3)
    assert await roles() == ["SECRETARY", "REVIEWER"]
    world.clock.now = start.replace(hour=4)
    assert await roles() == ["SECRETARY"]


# ---------------------------------------------------------------- where one is signed in


async def listed(world: World, person: Person) -> list[dict[str, Any]]:
    found = (await world.ask(person, SESSIONS))["viewer"]["sessions"]
    assert found["totalCount"] == len(found["edges"])
    return [edge["node"] for edge in found["edges"]]


async def test_an_owner_sees_where_it_is_signed_in(world: World, li: Person) -> None:
    await world.member("赵敏", at=(await world.company("YY")).first)
    world.clock.advance(hours=1, minutes=20)
    await sign_in(world, li.account.login)

    newest, own = await listed(world, li)
    assert newest == {
        "id": newest["id"],
        "createdAt": "2026-03-10T03:20:00Z",
        "lastUsedAt": None,
        "expiresAt": "2026-04-09T03:20:00Z",
        "current": False,
    }
    assert own["current"]


async def test_it_says_in_which_hour_one_was_last_used(world: World, li: Person) -> None:
    viewer, uses = await viewer_of(li.token, world.clock.now), Uses()
    assert viewer
    uses.note(viewer.token_id)
    await uses.write([], world.clock.advance(hours=2, minutes=17))
    assert [one["lastUsedAt"] for one in await listed(world, li)] == ["2026-03-10T04:00:00Z"]
    with world.count_queries() as heard:
        await uses.write([viewer.token_id], world.clock.advance(minutes=17))
    assert heard == [], "once in an hour is enough"
    await uses.write([viewer.token_id], world.clock.advance(minutes=27))
    assert [one["lastUsedAt"] for one in await listed(world, li)] == ["2026-03-10T05:00:00Z"]


async def test_an_owner_ends_one_session_and_only_its_own(world: World, li: Person) -> None:
    world.clock.advance(minutes=1)  # so that it is the newest
    other = (await sign_in(world, li.account.login))["token"]
    stranger = await world.member("赵敏", at=(await world.company("YY")).first)
    newest, own = await listed(world, li)
    before = await rights_position()

    answer = (await world.ask(stranger, REVOKE, id=newest["id"]))["revokeSession"]
    assert (answer["__typename"], await good(world, other)) == ("NotFound", True)
    answer = (await world.ask(None, REVOKE, id=newest["id"]))["revokeSession"]
    assert (answer["__typename"], await good(world, other)) == ("NotAllowed", True)
    answer = (await world.ask(li, REVOKE, id=newest["id"]))["revokeSession"]
    assert answer == {"__typename": "RevokeSessionSuccess", "sessionId": newest["id"]}
    assert not await good(world, other)
    assert await rights_position() > before, "open streams are looked at"
    assert await listed(world, li) == [own]
    assert (await world.ask(li, REVOKE, id=newest["id"]))["revokeSession"]["__typename"] == "NotFound"
    assert (await world.ask(li, REVOKE, id=own["id"]))["revokeSession"]["__typename"] == "RevokeSessionSuccess"
    assert not await good(world, li.token)


async def test_an_owner_ends_all_sessions_but_this(world: World, li: Person) -> None:
    others = [(await sign_in(world, li.account.login))["token"] for _ in range(2)]
    stranger = await world.member("赵敏", at=(await world.company("YY")).first)
    before = await rights_position()

    assert (await world.ask(None, REVOKE_OTHERS))["revokeOtherSessions"]["__typename"] == "NotAllowed"
    answer = (await world.ask(li, REVOKE_OTHERS))["revokeOtherSessions"]
    assert answer == {"__typename": "RevokeOtherSessionsSuccess", "count": 2}
    assert await rights_position() > before
    assert [await good(world, one) for one in (*others, li.token, stranger.token)] == [False, False, True, True]


async def test_a_session_is_found_again_by_its_id_by_its_owner_alone(world: World, li: Person) -> None:
    [own] = await listed(world, li)
    stranger = await world.member("赵敏", at=(await world.company("YY")).first)
    query = "query ($id: ID!) { node(id: $id) { ... on Session { current } } }"

    assert (await world.ask(li, query, id=own["id"]))["node"] == {"current": True}
    assert (await world.ask(stranger, query, id=own["id"]))["node"] is None
