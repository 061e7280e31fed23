"""The product, as anyone runs it: a fresh SQLite database, `leitai serve`, all else through its API."""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from contenders import Contender, free_port
from crowd import Subscription
from documents import subscriptions

COMMAND = Path(sys.executable).with_name("leitai")
ADMIN, PASSWORD = "benchmark", "a long password for the benchmark"
BRANCHES, VIEWERS = 3, 18
COUNTERS = {"loads": "leitai_board_loads_total", "executions": "leitai_executions_total"}

REFUSED = "__typename ... on UserError { message }"
SIGN_IN = "signIn(input: $input) { ... on SignInSuccess { token } %s }"
CREATE_ORGANIZATION = (
    "createOrganization(input: $input) { ... on CreateOrganizationSuccess { organization { id } } %s }"
)
CREATE_MEMBER = "createMember(input: $input) { ... on CreateMemberSuccess { member { id } } %s }"
AWARD_POINTS = "awardPoints(input: $input) { ... on AwardPointsSuccess { pointsEntry { id } } %s }"


class Leitai(Contender):
    """A committee with three branches and eighteen members, who all watch its board of this month."""

    name = "Leitai"

    def start(self) -> str:
        self._folder = tempfile.TemporaryDirectory()
        port = free_port()
        self._base = f"http://127.0.0.1:{port}"
        env = {
            "DATABASE_URL": f"sqlite://{self._folder.name}/leitai.sqlite3",
            "LEITAI_ADMIN_PASSWORD": PASSWORD,
            "LEITAI_SOCKETS_PER_TOKEN": "10000",
            "LEITAI_SOCKETS_PER_ADDRESS": "20000",
        }
        folder = Path(self._folder.name)
        for arguments in (["migrate"], ["create-admin", "--login", ADMIN]):
            command = [str(COMMAND), *arguments]
            subprocess.run(command, cwd=folder, env=os.environ | env, check=True, stdout=sys.stderr)
        serve = [str(COMMAND), "serve", "--host=127.0.0.1", f"--port={port}"]
        self._run(serve, f"{self._base}/readyz", cwd=folder, env=env)
        self._populate()
        return f"ws://127.0.0.1:{port}/graphql"

    def stop(self) -> None:
        super().stop()
        self._folder.cleanup()

    def subscriptions(self, n: int) -> list[Subscription]:
        return subscriptions(self._viewers, [self._committee], n)

    def board(self, i: int) -> str:
        return self._committee

    def change(self, i: int) -> None:
        self._award(self._members[i % len(self._members)], 1)

    def version(self, i: int) -> int:
        query = "query ($input: LeaderboardInput!) { leaderboard(input: $input) { version } }"
        board = {"organizationId": self._committee, "subject": "MEMBER", "period": "MONTH"}
        return int(self._ask(query, {"input": board}, self._viewers[0])["leaderboard"]["version"])

    def counters(self) -> dict[str, int]:
        with urllib.request.urlopen(f"{self._base}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        totals = dict.fromkeys(COUNTERS, 0)
        for name, metric in COUNTERS.items():
            values = [line.rpartition(" ")[2] for line in lines if line.startswith((f"{metric} ", metric + "{"))]
            if not values:
                raise RuntimeError(f"/metrics does not show {metric}")
            totals[name] = int(sum(map(float, values)))
        return totals

    def _populate(self) -> None:
        self._admin = ""
        self._admin = self._sign_in(ADMIN)
        self._committee = self._organization(None, "benchmark", "基准测试党委", "COMMITTEE")
        branches = [
            self._organization(self._committee, f"branch-{number}", f"第{number}党支部", "BRANCH")
            for number in range(1, BRANCHES + 1)
        ]
        self._members = [self._member(branches[i % BRANCHES], i) for i in range(VIEWERS)]
        self._viewers = [self._sign_in(f"viewer-{i}") for i in range(VIEWERS)]
        for i, member in enumerate(self._members):
            self._award(member, 1000 - 37 * i)

    def _sign_in(self, login: str) -> str:
        return self._do(SIGN_IN, {"login": login, "password": PASSWORD})["token"]

    def _organization(self, parent: str | None, code: str, name: str, kind: str) -> str:
        wanted = {"parentId": parent, "code": code, "name": name, "kind": kind}
        return self._do(CREATE_ORGANIZATION, wanted)["organization"]["id"]

    def _member(self, branch: str, i: int) -> str:
        wanted = {
            "organizationId": branch,
            "name": f"参赛者{i:02}",
            "login": f"viewer-{i}",
            "password": PASSWORD,
        }
        return self._do(CREATE_MEMBER, wanted)["member"]["id"]

    def _award(self, member: str, amount: int) -> None:
        wanted = {
            "memberId": member,
            "amount": amount,
            "reason": "基准测试",
            "idempotencyKey": str(uuid.uuid4()),
        }
        self._do(AWARD_POINTS, wanted)

    def _do(self, field: str, wanted: dict[str, Any]) -> dict[str, Any]:
        """Run one mutation and return its success; a refusal ends the benchmark."""
        name = field.partition("(")[0]
        kind = f"{name[0].upper()}{name[1:]}"
        document = f"mutation ($input: {kind}Input!) {{ {field % REFUSED} }}"
        answer = self._ask(document, {"input": wanted}, self._admin)[name]
        if answer["__typename"] != f"{kind}Success":
            raise RuntimeError(f"{name}: {answer}")
        return answer

    def _ask(self, document: str, variables: dict[str, Any], token: str) -> dict[str, Any]:
        headers = {"content-type": "application/json", "accept": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        body = json.dumps({"query": document, "variables": variables}).encode()
        request = urllib.request.Request(f"{self._base}/graphql", body, headers)
        with urllib.request.urlopen(request, timeout=30) as response:
            answer = json.load(response)
        if answer.get("errors"):
            raise RuntimeError(json.dumps(answer["errors"], ensure_ascii=False))
        return answer["data"]
