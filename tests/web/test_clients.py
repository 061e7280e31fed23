"""What clients' libraries send before anything of ours: hashes instead of texts, and queries in addresses."""

import json
from typing import Any

import httpx
import pytest

from app.factory import create_app
from app.settings import Settings

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"


def client() -> httpx.AsyncClient:
    """The application without its lifespan: nothing here needs the database."""
    app = create_app(Settings.model_validate({"LEITAI_SIGNING_KEY": "00" * 32}))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8000")


async def post(body: Any, accept: str = GRAPHQL) -> httpx.Response:
    async with client() as http:
        return await http.post("/graphql", json=body, headers={"accept": accept})


async def get(parameters: dict[str, str], accept: str = GRAPHQL) -> httpx.Response:
    async with client() as http:
        return await http.get("/graphql", params=parameters, headers={"accept": accept})


def said(answer: httpx.Response) -> str:
    [error] = answer.json()["errors"]
    return error["message"]


# ---------------------------------------------------------------- persisted queries

HASHED = {"persistedQuery": {"version": 1, "sha256Hash": "ec" * 32}}


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
async def test_a_persisted_query_is_told_to_send_its_text(accept: str) -> None:
    """What Apollo's link and urql's exchange look for: the message to the letter, or the code."""
    by_get = {"operationName": "A", "variables": "{}", "extensions": json.dumps(HASHED)}
    for answer in (
        await post({"operationName": "A", "variables": {}, "extensions": HASHED}, accept),
        await post({"query": None, "extensions": HASHED}, accept),
        await get(by_get, accept),
    ):
        assert answer.status_code == 200
        [error] = answer.json()["errors"]
        assert error == {
            "message": "PersistedQueryNotSupported",
            "extensions": {"code": "PERSISTED_QUERY_NOT_SUPPORTED"},
        }


async def test_a_text_beside_its_hash_is_answered() -> None:
    text = "query A { __typename }"
    answered = {"data": {"__typename": "Query"}}
    assert (await post({"query": text, "extensions": HASHED})).json() == answered
    assert (await get({"query": text, "extensions": json.dumps(HASHED)})).json() == answered


@pytest.mark.parametrize("extensions", [{}, {"persistedQuery": None}, {"persistedQuery": "x"}, {"cost": True}])
async def test_other_extensions_stand_for_no_query(extensions: Any) -> None:
    answer = await post({"extensions": extensions})
    assert (answer.status_code, said(answer)) == (400, "`query` is missing.")


# ---------------------------------------------------------------- what an address may hold

SEARCH = "query ($at: ID!, $text: String) { organization(id: $at) { members(search: $text) { totalCount } } }"


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (SEARCH, {"at": "x", "text": "13800138000"}),
        (SEARCH.replace("$text: String", '$text: String = "138"'), {"at": "x"}),
        ('{ organization(id: "x") { ...F } } fragment F on Organization { members(search: "138") { totalCount } }', {}),
    ],
)
async def test_a_name_or_number_that_is_looked_for_is_sent_by_post(query: str, variables: Any) -> None:
    refused = await get({"query": query, "variables": json.dumps(variables)})
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")
    assert "`search`" in said(refused)
    assert "by POST" in said(refused)
    assert (await post({"query": query, "variables": variables})).status_code == 200


async def test_a_search_for_nothing_may_stand_in_an_address() -> None:
    for variables in ({"at": "x"}, {"at": "x", "text": None}):
        assert (await get({"query": SEARCH, "variables": json.dumps(variables)})).status_code == 200


# ---------------------------------------------------------------- a header that was forgotten

TOLD: list[tuple[str, Any]] = [
    ("{ viewer { member { id } } }", None),
    ('{ found: organization(id: "x") { id } }', "UNAUTHENTICATED"),
    ('mutation { found: claimTask(input: {taskId: "x"}) { ... on NotAllowed { message } } }', None),
]


@pytest.mark.parametrize(("query", "code"), TOLD)
async def test_a_forgotten_header_is_told(query: str, code: str | None) -> None:
    answer = await post({"query": query})
    read = answer.json()
    assert answer.status_code == 200
    assert read["extensions"] == {"signedIn": False}
    assert [one["extensions"]["code"] for one in read.get("errors", ())] == ([code] if code else [])
    if "mutation" in query:
        assert "Authorization: Bearer" in read["data"]["found"]["message"]


async def test_what_is_for_anybody_says_nothing_of_signing_in() -> None:
    assert "extensions" not in (await post({"query": "{ __typename }"})).json()
