"""The schema as files: what tools that make types fetch, and when it is not told."""

import httpx
import pytest
from graphql import build_schema, is_abstract_type, is_introspection_type
from server import leitai

from app.factory import create_app
from app.settings import Settings
from app.version import version
from schema import schema


async def get(path: str, headers: dict[str, str] | None = None, **given: str) -> httpx.Response:
    app = create_app(Settings.model_validate({"LEITAI_SIGNING_KEY": "00" * 32, **given}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8000") as http:
        return await http.get(path, headers=headers)


async def test_the_schema_is_served_whole_with_its_version() -> None:
    answer = await get("/schema.graphql")
    assert answer.text == f"{schema.as_str()}\n"
    assert answer.headers["leitai-version"] == version()
    assert (await get("/schema.graphql", {"if-none-match": answer.headers["etag"]})).status_code == 304


async def test_possible_types_are_those_of_the_schema() -> None:
    told = (await get("/possibleTypes.json")).json()
    served = build_schema((await get("/schema.graphql")).text)
    abstract = {
        n: one for n, one in served.type_map.items() if is_abstract_type(one) and not is_introspection_type(one)
    }
    assert told == {n: sorted(one.name for one in served.get_possible_types(kind)) for n, kind in abstract.items()}
    assert {"NotAllowed", "NotFound", "InvalidInput", "WrongCredentials"} <= set(told["UserError"])
    assert "SignInSuccess" in told["SignInResult"]


async def test_the_version_is_told() -> None:
    assert (await get("/version")).json() == {"version": version()}
    assert leitai("--version").stdout == f"leitai {version()}\n"


@pytest.mark.parametrize("path", ["/schema.graphql", "/possibleTypes.json", "/version"])
async def test_who_may_not_ask_for_the_schema_gets_no_file_of_it(path: str) -> None:
    assert (await get(path, LEITAI_PRODUCTION="1")).status_code == 404
    assert (await get(path, LEITAI_INTROSPECTION="0")).status_code == 404
    assert (await get(path, LEITAI_PRODUCTION="1", LEITAI_INTROSPECTION="1")).status_code == 200
