"""GraphQL over HTTP: its whole audit passes, and whatever is sent gets an answer in a sentence."""

import gzip
import json
import re
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from server import Server, served
from world import World

NODE = Path(__file__).parents[1] / "node"
JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
MOST_BODY = 256 * 1024
TYPENAME = '{"query":"{ __typename }"}'


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


def test_every_audit_of_graphql_over_http_passes(server: Server) -> None:
    assert (NODE / "node_modules" / "graphql-http").exists(), "make install"
    done = subprocess.run(
        ["node", NODE / "audit.mjs", f"{server.url}/graphql"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    audits = json.loads(done.stdout)
    failed = [f"{one['id']} {one['name']}: {one['reason']}" for one in audits if one["status"] != "ok"]
    assert not failed, "\n".join(failed)
    assert len(audits) == 61


# ---------------------------------------------------------------- what is no request

BAD_BODIES = {
    "number": b"1",
    "null": b"null",
    "text": b'"x"',
    "batch": b"[]",
    "batch of one": f"[{TYPENAME}]".encode(),
    "empty": b"",
    "100,000 brackets": b"[" * 100_000,
    "5,000 deep": b'{"query":"{ __typename }","variables":' + b'{"a":' * 5000 + b"1" + b"}" * 5001,
    "number of 5,000 digits": b'{"query":"{ __typename }","variables":{"n":' + b"9" * 5000 + b"}}",
    "not a number": b'{"query":"{ __typename }","variables":{"n":NaN}}',
    "invalid UTF-8": b'{"query":"{ __typename }\xff"}',
    "UTF-16": TYPENAME.encode("utf-16"),
    "no query": b"{}",
    "query null": b'{"query":null}',
    "query empty": b'{"query":""}',
    "query 5": b'{"query":5}',
    "operationName {}": b'{"query":"{ __typename }","operationName":{}}',
    "operationName list": b'{"query":"{ __typename }","operationName":["a"]}',
    "variables text": b'{"query":"{ __typename }","variables":"x"}',
    "variables list": b'{"query":"{ __typename }","variables":[]}',
    "extensions list": b'{"query":"{ __typename }","extensions":[]}',
}


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_body_that_is_no_request_is_refused_in_a_sentence(http: httpx.Client, body: bytes, accept: str) -> None:
    answer = post(http, body, accept)
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith(accept)
    said(answer)


@pytest.mark.parametrize("query", ["variables=1", "variables={", "extensions=[]", "variables=" + "[" * 5000])
def test_parameters_of_a_get_are_read_as_strictly(http: httpx.Client, query: str) -> None:
    answer = http.get(f"/graphql?query={{__typename}}&{query}")
    assert answer.status_code == 400
    said(answer)


def test_a_get_says_what_is_missing(http: httpx.Client) -> None:
    assert "query" in said(http.get("/graphql"))
    assert http.get("/graphql?query={__typename}&variables=&operationName=").json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    "kind", ["text/plain", "", "multipart/form-data; boundary=x", f"{JSON}; charset=gbk", "x" * 99]
)
def test_other_content_types_are_refused(http: httpx.Client, kind: str) -> None:
    answer = post(http, TYPENAME.encode(), kind=kind)
    assert answer.status_code == 415
    assert JSON in said(answer)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_has_a_bound_that_is_told(http: httpx.Client, chunked: bool) -> None:
    def sized(size: int) -> httpx.Response:
        body = TYPENAME.encode().ljust(size)
        headers = {"content-type": JSON}
        return http.post("/graphql", content=iter([body]) if chunked else body, headers=headers)

    assert sized(MOST_BODY).json() == {"data": {"__typename": "Query"}}
    refused = sized(MOST_BODY + 1)
    assert refused.status_code == 413
    assert str(MOST_BODY) in said(refused)


def test_a_client_that_leaves_in_the_middle_of_its_body_is_no_error(server: Server, http: httpx.Client) -> None:
    begun = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", server.port)) as raw:
            raw.sendall(begun.encode())
    assert post(http, {"query": "{ __typename }"}).status_code == 200  # its log is read at the end


# ---------------------------------------------------------------- what is no answerable operation

REFUSED = {
    "syntax": ({"query": "{"}, "Syntax Error"),
    "unknown field": ({"query": "{ wiever }"}, "Cannot query field 'wiever' on type 'Query'."),
    "unknown operation": ({"query": "{ __typename }", "operationName": "Other"}, "no operation of that name"),
    "several": ({"query": "query A { __typename } query B { __typename }"}, "several operations"),
    "none": ({"query": "fragment F on Query { __typename }"}, ""),
    "variable": ({"query": "query ($id: ID!) { node(id: $id) { id } }", "variables": {"id": None}}, "$id"),
    "instant": ({"query": "query ($at: DateTime!) { __typename }", "variables": {"at": "soon"}}, "$at"),
    "too deep": (
        {"query": "{ organizations " + "{ edges { node { parent " * 30 + "{ id }" + "}}}" * 30 + "}"},
        "brackets within brackets",
    ),
    "a thousand aliases": (
        {"query": "{" + " ".join(f"a{n}:__typename" for n in range(1001)) + "}"},
        "1001 aliases; 100",
    ),
    "doubled fragments": (
        {
            "query": "{...F0}"
            + "".join(f"fragment F{n} on Query{{...F{n + 1} ...F{n + 1}}}" for n in range(30))
            + "fragment F30 on Query{__typename}"
        },
        "1024 fields",
    ),
}


@pytest.mark.parametrize(("body", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_executed_says_why(http: httpx.Client, body: dict[str, Any], reason: str) -> None:
    for accept, status in ((JSON, 200), (GRAPHQL, 400)):
        answer = post(http, body, accept)
        assert answer.status_code == status
        read = answer.json()
        assert read.keys() == {"errors"}
        assert 1 <= len(read["errors"]) <= 6
        assert reason in read["errors"][0]["message"]
        assert read["errors"][0]["extensions"]["code"]
        assert len(answer.content) < 2048


@pytest.mark.parametrize("accept", [JSON, "text/event-stream", 'multipart/mixed; subscriptionSpec="1.0"', GRAPHQL])
def test_a_subscription_is_told_where_it_runs(http: httpx.Client, accept: str) -> None:
    query = 'subscription { taskArenaUpdated(organizationId: "x") { id } }'
    for answer in (
        post(http, {"query": query}, accept),
        http.get("/graphql", params={"query": query}, headers={"accept": accept}),
    ):
        assert answer.status_code == 400
        assert "WebSocket" in said(answer)


def test_a_mutation_is_not_run_by_get(http: httpx.Client) -> None:
    answer = http.get("/graphql", params={"query": "mutation { signOut { __typename } }"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    said(answer)


def test_a_token_that_is_no_longer_good_is_told_so(http: httpx.Client) -> None:
    for authorization in ("Bearer nobody's", "Basic eDp5", "Bearer", ""):
        answer = http.post("/graphql", content=TYPENAME, headers={"content-type": JSON, "authorization": authorization})
        assert answer.status_code == 401
        assert answer.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
        said(answer)


def test_other_methods_are_told_which_would_be_right(http: httpx.Client) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"):
        answer = http.request(method, "/graphql")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
        said(answer)


def test_a_compressed_body_is_refused(http: httpx.Client) -> None:
    headers = {"content-type": JSON, "content-encoding": "gzip"}
    answer = http.post("/graphql", content=gzip.compress(TYPENAME.encode()), headers=headers)
    assert answer.status_code == 415
    said(answer)


# ---------------------------------------------------------------- documents that are kept


def test_a_document_with_several_operations_answers_with_the_named_one(http: httpx.Client) -> None:
    query = "query A { a: __typename } query B { b: __typename } mutation C { c: __typename }"
    for name, field in [("A", "a"), ("B", "b"), ("C", "c"), ("A", "a")]:
        assert list(post(http, {"query": query, "operationName": name}).json()["data"]) == [field]


def test_a_refusal_that_is_kept_is_the_same_each_time(http: httpx.Client) -> None:
    answers = {post(http, {"query": "{ nothing }"}).text for _ in range(5)}
    assert len(answers) == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_database_that_is_gone_is_one_masked_error(world: World, database: str) -> None:
    """Before anything is executed, as within an operation."""
    world.clock.now = datetime.now(UTC)
    operator = await world.operator()
    server = Server(DATABASE_URL=database)
    server.start()
    with closing(sqlite3.connect(database.removeprefix("sqlite://"))) as file:
        file.executescript("DROP TABLE role_grants; DROP TABLE organizations; DROP TABLE accounts")
    sign_in = 'mutation { signIn(input: {login: "a", password: "b"}) { __typename } }'
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as http:
        within = await http.post("/graphql", json={"query": sign_in})
        http.headers["authorization"] = f"Bearer {operator.token}"
        before = await http.post("/graphql", json={"query": "{ __typename }"})
    assert (within.status_code, before.status_code) == (200, 500)
    for answer in within, before:
        [error] = answer.json()["errors"]
        assert error["message"] == "Unexpected error."
        assert error["extensions"]["code"] == "INTERNAL"
        assert error["extensions"]["incident"] in server.log
    assert within.json()["errors"][0]["path"] == ["signIn"]
    assert "no such table" not in server.log  # a database's messages repeat rows
    assert re.search(r"at=\[.*resolvers/accounts/sign_in.py:\d+ sign_in.*\] error='OperationalError", server.log)
    server.close()
