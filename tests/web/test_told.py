"""What the server tells of itself when it is asked: an operation's cost, and the schema, where that is told."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import build_client_schema, get_introspection_query, print_schema
from server import Server, migrate, served

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("http")) as running:
        yield running


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as client:
        yield client


def post(http: httpx.Client, body: Any, accept: str = GRAPHQL, kind: str = JSON) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return http.post("/graphql", content=content, headers={"accept": accept, "content-type": kind})


def said(answer: httpx.Response) -> str:
    """The one error's message: a sentence."""
    read = answer.json()
    assert read.keys() == {"errors"}
    [error] = read["errors"]
    assert error["message"].endswith("."), error
    return error["message"]


# ---------------------------------------------------------------- costs

LISTED = "query ($n: Int) { organizations(first: $n) { edges { node { children(first: $n) { edges { cursor } } } } } }"


def test_a_client_may_ask_what_its_operation_costs(http: httpx.Client) -> None:
    told = post(http, {"query": "{ viewer { roles { role } } }", "extensions": {"cost": True}}).json()
    assert told["data"] == {"viewer": None}
    assert told["extensions"] == {"cost": {"asked": 1 + 1 + 10 * 2, "allowed": 40_000}, "signedIn": False}
    params = {"query": "{ viewer { __typename } }", "extensions": '{"cost": true}'}
    assert http.get("/graphql", params=params).json()["extensions"]["cost"]["asked"] == 1


def test_or_have_it_told_and_nothing_done(http: httpx.Client) -> None:
    asked = 1 + 1 + 300 * (1 + 1 + 1 + 1 + 300 * 2)
    body = {"query": LISTED, "variables": {"n": 300}, "extensions": {"cost": "only"}}
    assert post(http, body).json() == {"data": None, "extensions": {"cost": {"asked": asked, "allowed": 40_000}}}
    [error] = post(http, {**body, "extensions": {"cost": True}}).json()["errors"]
    assert error["extensions"] == {"code": "TOO_LARGE", "limit": "cost", "asked": asked, "allowed": 40_000}
    subscription = 'subscription { taskArenaUpdated(organizationId: "x") { id } }'
    told = post(http, {"query": subscription, "extensions": {"cost": "only"}}).json()
    assert told["extensions"]["cost"]["asked"] == 2


@pytest.mark.parametrize("wanted", [1, 0, "yes", [], {}, "ONLY", 1.5])
def test_cost_is_asked_for_in_one_of_two_ways(http: httpx.Client, wanted: Any) -> None:
    answer = post(http, {"query": "{ __typename }", "extensions": {"cost": wanted}})
    assert answer.status_code == 400
    assert "only" in said(answer)


# ---------------------------------------------------------------- what is told of the schema


def test_the_schema_is_told_whole_and_kept(http: httpx.Client) -> None:
    query = get_introspection_query(input_value_deprecation=True)
    first, second = (post(http, {"query": query}) for _ in range(2))
    assert first.content == second.content
    assert print_schema(build_client_schema(first.json()["data"])).startswith('"""')
    both = post(http, {"query": '{ viewer { __typename } __type(name: "Query") { name } }'}).json()
    assert both["data"] == {"viewer": None, "__type": {"name": "Query"}}


def test_in_production_the_schema_is_not_told(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path / 'leitai.sqlite3'}"
    migrate(url)
    asked = [
        {"query": "{ __schema { types { name } } }"},
        {"query": '{ ...S } fragment S on Query { __type(name: "Query") { name } }'},
        {"query": "{ viewr { __typename } }"},
        {"query": "query ($i: LeaderboardInput!) { leaderboard(input: $i) { id } }", "variables": {"i": {"perio": 1}}},
        {"query": "{ __typename }"},
    ]
    server = Server(DATABASE_URL=url)

    def answers(**settings: str) -> list[tuple[str, bool]]:
        server.start(**settings)
        with httpx.Client(base_url=server.url, trust_env=False) as http:
            read = [post(http, body) for body in asked]
        server.stop()
        codes = [one.json().get("errors", [{"extensions": {"code": "-"}}])[0]["extensions"]["code"] for one in read]
        return [(code, "Did you mean" in one.text) for code, one in zip(codes, read, strict=True)]

    off, invalid, wrong = "INTROSPECTION_OFF", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"
    plain = [("-", False), ("-", False), (invalid, True), (wrong, True), ("-", False)]
    closed = [(off, False), (off, False), (invalid, False), (wrong, False), ("-", False)]
    assert answers() == plain
    assert answers(LEITAI_PRODUCTION="true") == closed
    open_again = {"LEITAI_INTROSPECTION": "true", "LEITAI_SUGGESTIONS": "true"}
    assert answers(LEITAI_PRODUCTION="true", **open_again) == plain
    assert answers(LEITAI_INTROSPECTION="false", LEITAI_SUGGESTIONS="false") == closed
    server.close()
