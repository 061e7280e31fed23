"""The audit log of what the command line does, and of where a request comes from."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from server import Server, leitai

PASSWORD = "correct horse battery"
SIGN_IN = """mutation ($password: String!) {
  signIn(input: { login: "operator", password: $password }) { ... on SignInSuccess { token } } }"""
LOG = """query ($at: ID) { auditLog(organizationId: $at, first: 100) { edges { node {
  sequence action actor subjectType address details { name value } } } } }"""
ORGANIZATIONS = "code,parent_code,name,kind\nGS,,公司党委,COMMITTEE\nGS-1,GS,第一党支部,BRANCH\nBC,,别处,COMMITTEE\n"
MEMBERS = "organization_code,name,alias,phone,joined_on,login\nGS-1,李强,,,,li\nGS-1,孙丽,,,,sun\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(DATABASE_URL=f"sqlite://{tmp_path / 'leitai.sqlite3'}", LEITAI_AUDIT_ADDRESS_DAYS="1")
    yield running
    running.close()


def ask(http: httpx.Client, query: str, token: str | None = None, **variables: Any) -> Any:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    answer = http.post("/graphql", json={"query": query, "variables": variables}, headers=headers).json()
    assert "errors" not in answer, answer
    return answer["data"]


def addresses(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as database:
        return [one for (one,) in database.execute("SELECT address FROM audit_addresses")]


def test_the_command_line_and_http_are_in_the_log(server: Server, tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path / 'leitai.sqlite3'}"
    (tmp_path / "organizations.csv").write_text(ORGANIZATIONS, encoding="utf-8")
    (tmp_path / "members.csv").write_text(MEMBERS, encoding="utf-8")
    for command in (
        ("migrate",),
        ("create-admin", "--login", "operator"),
        ("import", "organizations", str(tmp_path / "organizations.csv")),
        ("import", "members", str(tmp_path / "members.csv")),
        ("import", "members", str(tmp_path / "members.csv")),  # nothing to do
        ("member", "export", "li", str(tmp_path / "li.json")),
        ("member", "erase", "sun", "--yes"),
        ("heads", "export", str(tmp_path / "heads.jsonl")),
        ("restored",),
    ):
        done = leitai(*command, DATABASE_URL=url, LEITAI_ADMIN_PASSWORD=PASSWORD)
        assert done.returncode == 0, (command, done.stderr)
    with closing(sqlite3.connect(tmp_path / "leitai.sqlite3")) as database:
        old = "INSERT INTO audit_addresses VALUES ('0', NULL, '2026-01-01 00:00:00+00:00', '192.0.2.1', '00')"
        database.execute(old)
        database.commit()
    server.start()
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as http:
        token = ask(http, SIGN_IN, password=PASSWORD)["signIn"]["token"]
        roots = ask(http, "{ organizations { edges { node { id code } } } }", token)["organizations"]["edges"]
        ids = {one["node"]["code"]: one["node"]["id"] for one in roots}

        def log(at: str | None) -> list[dict[str, Any]]:
            return [one["node"] for one in ask(http, LOG, token, at=at)["auditLog"]["edges"]]

        nowhere, company, elsewhere = log(None), log(ids["GS"]), log(ids["BC"])
    assert [one["action"] for one in nowhere] == [
        *("signIn", "leitai restored", "leitai heads export", "leitai create-admin"),
    ]
    assert [one["actor"] for one in nowhere] == ["OPERATOR", *["COMMAND_LINE"] * 3]
    assert [one["address"] for one in nowhere] == ["127.0.0.1", None, None, None]
    assert [one["action"] for one in company] == [
        *("leitai member erase", "leitai member export", "leitai import members", "leitai import organizations"),
    ]
    assert [one["action"] for one in elsewhere] == ["leitai import organizations"]
    details = {one["name"]: one["value"] for one in company[2]["details"]}
    assert (details["created"], details["updated"], len(details["file"])) == ("2", "0", 64)
    deadline = time.monotonic() + 20
    while addresses(tmp_path / "leitai.sqlite3") != ["127.0.0.1"]:  # the server erases old ones by itself
        assert time.monotonic() < deadline
        time.sleep(0.05)
    verified = leitai("verify", DATABASE_URL=url)
    assert verified.returncode == 0, verified.stdout
