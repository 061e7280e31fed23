"""What one address may take of a worker's time with documents that it does not know."""

import json
from collections.abc import Iterator

import httpx
import pytest
from server import Server, served

JSON, GRAPHQL = "application/json", "application/graphql-response+json"
TYPENAME = b'{"query":"{ __typename }"}'


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("documents")) as running:
        yield running


def laborious(number: int) -> bytes:
    """Within every limit, and most of a tenth of a second to validate; each another."""
    fields = " ".join(["id title description points status capacity opensAt dueAt"] * 3)
    fragments = " ".join(f"fragment F{one} on Task {{ {fields} }}" for one in range(38))
    spreads = " ".join(f"...F{one}" for one in range(38))
    query = f'query Q{number} {{ taskArena(organizationId: "x") {{ tasks {{ edges {{ node {{ {spreads} }} }} }} }} }}'
    return json.dumps({"query": f"{query} {fragments}"}).encode()


def test_a_flood_of_new_documents_is_answered_429_and_what_is_known_goes_on(server: Server) -> None:
    def sent(body: bytes, address: str) -> httpx.Response:
        headers = {"content-type": JSON, "accept": GRAPHQL, "x-forwarded-for": address}
        return httpx.post(f"{server.url}/graphql", content=body, headers=headers, trust_env=False, timeout=30)

    flooding, other = "203.0.113.7", "203.0.113.8"
    assert [sent(TYPENAME, flooding).status_code for _ in range(2)] == [200, 200]
    for number in range(1000):
        answer = sent(laborious(number), flooding)
        if answer.status_code == 429:
            break
        assert answer.status_code == 200
    else:
        raise AssertionError("a thousand were read")
    [error] = answer.json()["errors"]
    assert error["extensions"]["code"] == "TOO_MANY_NEW_DOCUMENTS"
    assert int(answer.headers["retry-after"]) == error["extensions"]["wait"] >= 1
    assert error["message"].endswith(".")

    assert sent(TYPENAME, flooding).status_code == 200
    assert sent(laborious(1000), other).status_code == 200
