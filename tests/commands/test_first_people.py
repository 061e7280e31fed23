"""From an empty database to a secretary who is signed in, by commands alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from imports import MEMBERS, ORGANIZATIONS, table
from server import leitai
from world import World

from models import RoleGrant, sql
from rules.roles import Role

pytestmark = pytest.mark.parametrize("engine", ["sqlite", "postgres"], indirect=True)
PASSWORD = "grünes Sofa am Kanal"


def said(url: str, *arguments: str, code: int = 0, **given: str) -> str:
    done = leitai(*arguments, seconds=60, DATABASE_URL=url, **given)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout or done.stderr


async def test_the_first_secretary_and_its_password_need_no_graphql(
    database: str, world: World, tmp_path: Path
) -> None:
    organizations, members = tmp_path / "organizations.csv", tmp_path / "members.csv"
    organizations.write_bytes(table(ORGANIZATIONS, "1,,公司党委,党委", "11,1,第一党支部,党支部"))
    members.write_bytes(table(MEMBERS, "11,张伟,,,2020-01-02,zhang"))
    said(database, "import", "organizations", str(organizations))
    said(database, "import", "members", str(members))

    assert "zhang is SECRETARY at 11." in said(database, "role", "grant", "zhang", "secretary", "11")
    assert "already" in said(database, "role", "grant", "zhang", "SECRETARY", "11")
    assert "has a new password" in said(database, "member", "password", "zhang", LEITAI_MEMBER_PASSWORD=PASSWORD)
    for weak in ("zhang123", "password1", PASSWORD):
        refused = said(database, "member", "password", "zhang", code=1, LEITAI_MEMBER_PASSWORD=weak)
        assert "assword" in refused
        assert weak not in refused
    ask = 'mutation ($p: String!) { signIn(input: {login: "zhang", password: $p}) { __typename } }'
    assert (await world.ask(None, ask, p=PASSWORD))["signIn"]["__typename"] == "SignInSuccess"

    kept = await sql.rows("SELECT action, actor FROM audit_entries WHERE action LIKE 'leitai %'")
    assert {"leitai role grant", "leitai member password"} <= {one["action"] for one in kept}
    assert {one["actor"] for one in kept} == {"COMMAND_LINE"}

    assert "no longer SECRETARY" in said(database, "role", "end", "zhang", "SECRETARY", "11")
    assert "nothing was ended" in said(database, "role", "end", "zhang", "SECRETARY", "11", code=1)
    [ended] = await RoleGrant.filter(role=Role.SECRETARY)
    assert ended.ends_at


async def test_what_cannot_be_given_is_refused_in_a_sentence(database: str) -> None:
    assert "no member" in said(database, "role", "grant", "nobody", "ADMIN", "11", code=1)
    assert "no member" in said(database, "member", "password", "nobody", code=1, LEITAI_MEMBER_PASSWORD=PASSWORD)
    assert "LEITAI_MEMBER_PASSWORD" in said(database, "member", "password", "nobody", code=1)
    assert "offset" in said(database, "role", "grant", "nobody", "ADMIN", "11", "--until", "2027-01-31", code=2)
