"""Words of one person, planted everywhere: found where they may be, and nowhere else – not in answers and frames of
others, not in errors, not in the log, not in metrics, not in the audit log, not in what is handed out of others."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from canaries import SIGN, in_tables, live, somebody, word
from halls import PASSWORD, PATIENCE, Hall, Socket
from screens import paired
from server import leitai
from services import Postgres
from sqlite_files import Sqlite
from websockets import ConnectionClosed
from world import DATA_KEYS, Person, World

import models
from app.keys import data_keys
from app.settings import Settings

PHONES = {"A": "13712345678", "B": "13787654321"}
PERSON = "id displayName name phone phoneMasked joinedOn balance"
ENTRY = f"reason member {{ {PERSON} }} source {{ ... on Claim {{ evidence reviewNote }} }}"
CLAIM = f"status evidence reviewNote member {{ {PERSON} }} pointsEntry {{ {ENTRY} }}"
ARENA = f"""tasks(status: null, first: 3) {{ edges {{ node {{ claims(first: 3) {{
    edges {{ node {{ {CLAIM} }} }} }} }} }} }}
  recentApprovals(first: 3) {{ {CLAIM} }}"""
BLOCKS = f"""blocks(first: 5) {{ edges {{ node {{ lastInspection {{ note }} current {{ name extent reason canonical
  openings {{ value }} responsible {{ {PERSON} }} pairedWith {{ displayName }} }} }} }} }}"""
ROWS = f"rows {{ subject {{ ... on Member {{ {PERSON} }} }} }}"
LOOKS = (
    f"query ($at: ID!) {{ leaderboard(input: {{organizationId: $at}}) {{ {ROWS} }} }}",
    f"query ($at: ID!) {{ taskArena(organizationId: $at) {{ {ARENA} }} }}",
    f"query ($at: ID!) {{ blockBoard(organizationId: $at) {{ {BLOCKS} }} }}",
    f"query ($at: ID!) {{ pointsLog(organizationId: $at, first: 20) {{ edges {{ node {{ {ENTRY} }} }} }} }}",
    f"""query ($at: ID!) {{ organization(id: $at) {{ members(includeDescendants: true, includeInactive: true) {{
      edges {{ node {{ {PERSON} pointsEntries(first: 3) {{ edges {{ node {{ reason }} }} }} }} }} }} }} }}""",
    f"query ($at: ID!) {{ organization(id: $at) {{ claims(first: 10) {{ edges {{ node {{ {CLAIM} }} }} }} }} }}",
    f"query ($who: ID!) {{ member(id: $who) {{ {PERSON} pointsEntries {{ edges {{ node {{ {ENTRY} }} }} }} }} }}",
    "query ($who: ID!) { node(id: $who) { ... on Member { name phone } } }",
    """query ($at: ID!) { auditLog(organizationId: $at, first: 50) { edges { node { action subjectIds
      details { name value } members { displayName } } } } }""",
    "{ viewer { member { name phone } } }",
)
LIVE = (
    f"subscription ($at: ID!) {{ leaderboardUpdated(input: {{organizationId: $at}}) {{ {ROWS} }} }}",
    f"subscription ($at: ID!) {{ taskArenaUpdated(organizationId: $at) {{ {ARENA} }} }}",
    f"subscription ($at: ID!) {{ blockBoardUpdated(organizationId: $at) {{ {BLOCKS} }} }}",
    f"subscription ($at: ID!) {{ pointsAwarded(organizationId: $at) {{ edges {{ node {{ {ENTRY} }} }} }} }}",
)


def kept(mark: str) -> dict[str, str]:
    """What is not for everybody of a root, by what it is."""
    return {
        **{what: word(mark, what) for what in ("姓名", "凭证", "批准", "批退", "钥匙")},
        "phone": PHONES[mark],
        "login": f"canary-{mark.lower()}",
    }


@dataclass
class Ears:
    """Everything that one caller was told."""

    who: Person | None
    may: frozenset[str]  # "A.phone", …
    root: bool = True  # of the root: what boards show there is for them
    heard: list[str] = field(default_factory=list[str])

    def leaks(self) -> list[str]:
        text = "\n".join(self.heard)
        if not self.root:
            return [one for one in (SIGN, *PHONES.values(), "canary-a", "canary-b") if one in text]
        return [
            f"{mark}.{what}"
            for mark in PHONES
            for what, found in kept(mark).items()
            if found in text and f"{mark}.{what}" not in self.may
        ]


def of(*marks: str, without: Sequence[str] = ()) -> frozenset[str]:
    return frozenset(f"{mark}.{what}" for mark in marks for what in kept(mark) if what not in without)


def told(ears: Ears) -> bool:
    """Whether a stream told of B."""
    return any('"next"' in one and word("B", "别名") in one for one in ears.heard)


@asynccontextmanager
async def opened(hall: Hall) -> AsyncGenerator[World]:
    async with hall.opened() as world:
        data_keys.use(Settings(DATABASE_URL=hall.database, LEITAI_DATA_KEYS=DATA_KEYS))  # pyright: ignore[reportCallIssue]
        yield world


async def post(hall: Hall, client: httpx.AsyncClient, ears: Ears, query: str, **variables: Any) -> None:
    headers = {"authorization": f"Bearer {ears.who.token}"} if ears.who else {}
    body = {"query": query, "variables": variables}
    answer = await client.post("/graphql", json=body, headers=headers)
    assert answer.status_code < 500, hall.server.log[-2000:]
    ears.heard.append(json.dumps(answer.json(), ensure_ascii=False))


async def listens(socket: Socket, ears: Ears) -> None:
    try:
        async for message in socket.connection:
            ears.heard.append(json.dumps(json.loads(message), ensure_ascii=False))
    except ConnectionClosed:
        pass


async def follows(hall: Hall, stack: AsyncExitStack, ears: Ears) -> asyncio.Task[None]:
    socket = await stack.enter_async_context(hall.socket(ears.who))
    await socket.init()
    for number, query in enumerate(LIVE):
        await socket.subscribe(str(number), query, at=hall.root)
    return asyncio.create_task(listens(socket, ears))


async def fails(hall: Hall, client: httpx.AsyncClient, ears: Sequence[Ears], person: Person) -> None:
    """Words of A in what is refused, malformed, or no GraphQL at all. Only who sends them is told of them."""
    phone, name, evidence = PHONES["A"], word("A", "姓名"), word("A", "凭证")
    member, root = World.id(person), hall.root
    document = "mutation ($input: %sInput!) { %s(input: $input) { __typename ... on UserError { message } } }"
    mutations = {
        "createMember": {"organizationId": root, "name": name, "phone": phone, "login": "canary-a"},
        "updateMember": {"memberId": member, "phone": f"{phone}x", "name": name * 50},
        "awardPoints": {"memberId": member, "amount": 0, "reason": evidence, "idempotencyKey": word("A", "钥匙")},
        "submitClaim": {"claimId": member, "evidence": evidence},
        "approveClaim": {"claimId": member, "note": word("A", "批准")},
        "signIn": {"login": "canary-a", "password": name},
        "createBlock": {
            "organizationId": root,
            "name": name,
            "extent": phone,
            "responsibleId": member,
            "pairedWith": [],
            "reason": evidence,
        },
        "grantRole": {"memberId": member, "organizationId": phone, "role": "SECRETARY"},
    }
    for one in ears:
        for operation, given in mutations.items():
            await post(hall, client, one, document % (operation[0].upper() + operation[1:], operation), input=given)
            await post(
                hall, client, one, document % (operation[0].upper() + operation[1:], operation), input={phone: given}
            )
    headers = {"authorization": f"Bearer {phone}"}
    for body in (f"{{{phone} {name}", f'{{"query": "{{ {name} }}"}}', f'{{"query": {phone}}}', f'["{name}"]'):
        await client.post("/graphql", content=body, headers={"content-type": "application/json"})
    await client.get("/graphql", params={"query": f'{{ a(b: "{phone}") }}', "x": name}, headers=headers)
    await client.get(f"/{phone}/{name}", headers=headers)
    async with hall.socket(hall.li) as socket:
        await socket.init()
        await socket.subscribe(phone, f"subscription {{ {name} }}")
        await socket.raw(f'{{"type": "{name}", "id": {phone}}}')
        await socket.closed()


async def breaks(hall: Hall, client: httpx.AsyncClient, engine: Sqlite | Postgres, ears: Ears) -> None:
    """The database refuses a row of A's, and a column is not what it was: errors that nobody expects."""
    async with opened(hall):
        database = models.database.connection()
        if isinstance(engine, Postgres):
            await database.execute_script("ALTER TABLE members ADD CONSTRAINT no_such CHECK (alias <> '无') NOT VALID")
        else:
            await database.execute_script(
                "CREATE TRIGGER no_such BEFORE UPDATE ON members WHEN new.alias = '无' "
                "BEGIN SELECT RAISE(ABORT, 'no such'); END"
            )
        await database.execute_script("ALTER TABLE points_reasons RENAME TO points_words")
    change = 'mutation { updateMyPrivacy(input: {alias: "无"}) { __typename } }'
    await post(hall, client, ears, change)
    for query in LOOKS:
        await post(hall, client, ears, query, at=hall.root, who=World.id(ears.who or hall.li))
    assert sum("INTERNAL" in one for one in ears.heard) >= 2
    async with opened(hall):
        await models.database.connection().execute_script("ALTER TABLE points_words RENAME TO points_reasons")


async def test_what_is_somebodys_is_found_where_it_may_be_and_nowhere_else(
    engine: Sqlite | Postgres, database_url: str
) -> None:
    hall = await asyncio.to_thread(Hall, database=database_url, LEITAI_LOG_LEVEL="debug")
    try:
        async with opened(hall) as world:
            people = {
                mark: await somebody(world, mark, at=hall.company.first, phone=phone) for mark, phone in PHONES.items()
            }
            elsewhere = await world.organization("别处党委", "BC")
            stranger = await world.member("郑爽", at=elsewhere)
            screen = await paired(world, hall.secretary, hall.company.root)
        everyone = {
            "A": Ears(people["A"], of("A", without=["钥匙"])),
            "B": Ears(people["B"], of("B", without=["钥匙"])),
            "colleague": Ears(hall.zhao, frozenset()),
            "screen": Ears(screen, frozenset()),
            "reviewer": Ears(hall.reviewer, of("A", "B", without=["姓名", "phone", "login", "钥匙"])),
            "secretary": Ears(hall.secretary, of("A", "B", without=["login", "钥匙"])),
            "stranger": Ears(stranger, frozenset(), root=False),
            "nobody": Ears(None, frozenset(), root=False),
        }
        async with AsyncExitStack() as stack:
            asking = httpx.AsyncClient(base_url=hall.server.url, trust_env=False, timeout=30)
            client = await stack.enter_async_context(asking)
            listening = [await follows(hall, stack, one) for one in everyone.values() if one.who]
            async with opened(hall) as world:
                for mark, person in people.items():
                    await live(world, person, mark, by=hall.secretary, beside=hall.zhao, at=hall.company.root)
            for name, one in everyone.items():
                for query in LOOKS:
                    for person in people.values():
                        await post(hall, client, one, query, at=hall.root, who=World.id(person))
                assert not one.leaks(), name
            await hall.award()
            async with asyncio.timeout(PATIENCE):  # until streams have told what was done last
                while not all(told(one) for one in everyone.values() if one.who and one.root):
                    await asyncio.sleep(0.05)
            senders = [Ears(everyone[one].who, frozenset()) for one in ("secretary", "colleague", "nobody")]
            await fails(hall, client, senders, people["B"])
            await breaks(hall, client, engine, everyone["A"])
        for one in listening:
            one.cancel()
        assert {name: one.leaks() for name, one in everyone.items() if one.leaks()} == {}
        assert PHONES["A"] in "".join(everyone["secretary"].heard)
        assert word("A", "凭证") in "".join(everyone["reviewer"].heard)

        words = [SIGN, *PHONES.values(), "canary-a", "canary-b", PASSWORD]
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            said = (await client.get(f"{hall.server.url}/metrics")).text + hall.server.log
        assert "unexpected_error" in said
        assert [one for one in words if one in said or json.dumps(one)[1:-1] in said] == []
        async with opened(hall):
            assert not [name for name in await in_tables(*words) if name.startswith("audit")]
        handed = await asyncio.to_thread(leitai, "member", "export", World.id(people["B"]), DATABASE_URL=hall.database)
        assert [one for one in (f"{SIGN}A", PHONES["A"], "canary-a") if one in handed.stdout + handed.stderr] == []
        assert word("B", "凭证") in handed.stdout
        assert PHONES["B"] in handed.stdout
    finally:
        hall.close()
