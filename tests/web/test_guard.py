"""Which hosts are answered, which origins may ask, and what every answer carries."""

from __future__ import annotations

from typing import Any, cast

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from uvicorn import Config

from app import server
from app.factory import create_app
from app.settings import Settings
from app.web.guard import HEADERS
from app.web.origins import Origins
from realtime.websocket_protocol import EXTENSION

PUBLIC = "https://leitai.example.org"
FRONT_END = "https://front.example"
SECRET = {"LEITAI_SIGNING_KEY": "00" * 32}


def settings(**given: Any) -> Settings:
    return Settings.model_validate({"PUBLIC_URL": PUBLIC, "ALLOWED_ORIGINS": FRONT_END, **SECRET, **given})


def browser(host: str = "leitai.example.org", **given: Any) -> httpx.AsyncClient:
    """The application without its lifespan: nothing here needs the database."""
    transport = httpx.ASGITransport(app=create_app(settings(**given)))
    return httpx.AsyncClient(transport=transport, base_url=f"https://{host}")


async def asked(**given: Any) -> httpx.Response:
    async with browser(**given) as client:
        return await client.post("/graphql", json={"query": "{ __typename }"})


# ---------------------------------------------------------------- hosts


@pytest.mark.parametrize(
    "host",
    [
        "leitai.example.org",
        "LEITAI.example.org:8443",
        "leitai.example.org.",
        "localhost:8000",
        "127.0.0.1",
        "[::1]:8000",
    ],
)
async def test_its_own_host_and_loopback_are_answered(host: str) -> None:
    assert (await asked(host=host)).json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    "host", ["evil.example", "leitai.example.org.evil.example", "xleitai.example.org", "10.0.0.7", "a@evil.example"]
)
async def test_another_host_is_told_so_and_nothing_else(host: str) -> None:
    async with browser() as client:
        for path in ("/graphql", "/screens/", "/c/ABCDEFGHJK", "/nothing"):
            answer = await client.get(path, headers={"host": host})
            assert answer.status_code == 421, path
            assert "ALLOWED_HOSTS" in answer.text
            assert "answers for leitai.example.org, the host of PUBLIC_URL" in answer.text
            assert "evil" not in answer.text
            assert HEADERS.items() <= answer.headers.items()


async def test_hosts_can_be_added_also_all_below_a_name() -> None:
    added = {"ALLOWED_HOSTS": "kiosk.lan, .example.net"}
    answers = {
        host: (await asked(host=host, **added)).status_code
        for host in ("kiosk.lan", "a.example.net", "a.b.example.net", "example.net", "badexample.net")
    }
    assert answers == {
        "kiosk.lan": 200,
        "a.example.net": 200,
        "a.b.example.net": 200,
        "example.net": 421,
        "badexample.net": 421,
    }
    assert (await asked(host="anything.example", ALLOWED_HOSTS="*")).status_code == 200


@pytest.mark.parametrize("hosts", [[], [b"leitai.example.org", b"evil.example"], [b""]])
async def test_a_request_names_one_host(hosts: list[bytes]) -> None:
    answers: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        answers.append(message)

    scope = {"type": "http", "method": "GET", "path": "/graphql", "headers": [(b"host", host) for host in hosts]}
    await create_app(settings())(scope, receive, send)
    assert answers[0]["status"] == 421


async def test_probes_are_answered_whatever_host_they_name() -> None:
    async with browser() as client:
        for path in ("/healthz", "/metrics"):
            assert (await client.get(path, headers={"host": "10.2.3.4:8000"})).status_code == 200


# ---------------------------------------------------------------- headers


async def test_every_answer_carries_the_headers_and_asks_not_to_be_kept() -> None:
    async with browser() as client:
        for path in ("/graphql", "/healthz", "/metrics", "/nothing"):
            answer = await client.get(path)
            assert HEADERS.items() <= answer.headers.items(), path
        answer = await client.post("/graphql", json={"query": "{ __typename }"})
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert HEADERS.items() <= answer.headers.items()


async def test_only_a_server_that_is_reached_by_tls_insists_on_it() -> None:
    assert "max-age" in (await asked()).headers["strict-transport-security"]
    plain = await asked(PUBLIC_URL="http://leitai.example.org")
    assert "strict-transport-security" not in plain.headers


async def test_an_answer_that_breaks_carries_them_too() -> None:
    async def broken(_: Request) -> Response:
        raise RuntimeError

    app = create_app(settings())
    app.add_route("/broken", broken)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as client:
        answer = await client.get("/broken")
    assert answer.status_code == 500
    assert HEADERS.items() <= answer.headers.items()


# ---------------------------------------------------------------- origins


async def test_pages_of_named_origins_may_ask_and_others_may_not() -> None:
    async with browser() as client:
        wanted = {
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type",
        }
        allowed = await client.options("/graphql", headers={"origin": FRONT_END, **wanted})
        refused = await client.options("/graphql", headers={"origin": "https://evil.example", **wanted})
        assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, FRONT_END)
        assert "access-control-allow-credentials" not in allowed.headers, "there are no cookies to send"
        assert refused.status_code == 400
        assert "access-control-allow-origin" not in refused.headers
        answer = await client.post("/graphql", json={"query": "{ __typename }"}, headers={"origin": "null"})
        assert "access-control-allow-origin" not in answer.headers


ANYTHING = "traceparent,tracestate,baggage,apollo-require-preflight,x-apollo-operation-name,idempotency-key,x-own"


async def test_a_page_may_send_any_header_and_read_what_clients_need() -> None:
    async with browser() as client:
        wanted = {"access-control-request-method": "POST", "access-control-request-headers": ANYTHING}
        allowed = await client.options("/graphql", headers={"origin": FRONT_END, **wanted})
        assert allowed.status_code == 200
        assert set(ANYTHING.split(",")) <= set(allowed.headers["access-control-allow-headers"].split(","))
        answer = await client.post("/graphql", json={"query": "{ __typename }"}, headers={"origin": FRONT_END})
        exposed = answer.headers["access-control-expose-headers"].split(", ")
        assert {"retry-after", "www-authenticate", "allow", "content-disposition"} <= set(exposed)


LOCAL_PAGES = [
    "http://localhost:5173",
    "http://127.0.0.1:3000",
    "http://[::1]:8080",
    "https://app.localhost",
    "http://127.8.8.8:1",
]
NOT_LOCAL = ["http://localhost.evil.example:5173", "http://10.0.0.7:5173", "null", "http://127.0.0.1.evil.example", "x"]


@pytest.mark.parametrize("origin", LOCAL_PAGES)
async def test_loopback_stands_for_pages_of_this_machine_on_any_port(origin: str) -> None:
    """Over HTTP and when a socket opens, also through a proxy that rewrites Host and leaves Origin, as Vite's does."""
    assert Origins(["loopback"]).have(origin)
    assert not Origins([FRONT_END]).have(origin)
    answer = await handshake(origin, "127.0.0.1:8000", ALLOWED_ORIGINS="loopback")
    assert answer["type"] == "websocket.accept"


@pytest.mark.parametrize("origin", NOT_LOCAL)
def test_loopback_stands_for_nobody_else(origin: str) -> None:
    assert not Origins(["loopback"]).have(origin)


def test_origins_are_compared_as_browsers_write_them() -> None:
    origins = Origins(["HTTPS://Front.Example:443/", "http://10.0.0.7:*"])
    assert origins.have("https://front.example")
    assert origins.have("http://10.0.0.7:5173")
    assert origins.have("http://10.0.0.7")
    for other in ("http://front.example", "https://front.example:8443", "https://10.0.0.7", "http://10.0.0.70:1"):
        assert not origins.have(other), other
    assert Origins.of(settings()).have(PUBLIC), "PUBLIC_URL's own, whatever Host a proxy sends"


async def handshake(origin: str | None, host: str = "leitai.example.org", **given: Any) -> Any:
    """The first thing that it is answered."""
    answers: list[Any] = []
    headers = [(b"host", host.encode()), *([(b"origin", origin.encode())] if origin else [])]

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.disconnect", "code": 1006} if answers else {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        answers.append(message)

    scope = {
        "type": "websocket",
        "scheme": "wss",
        "path": "/graphql",
        "query_string": b"",
        "subprotocols": ["graphql-transport-ws"],
        "headers": headers,
        "extensions": {"websocket.http.response": {}, EXTENSION: Connection()},
    }
    await create_app(settings(**given))(scope, receive, send)
    return answers[0]


class Connection:
    """What our server gives a socket besides."""

    on_writable = None


@pytest.mark.parametrize("origin", [None, PUBLIC, FRONT_END])
async def test_sockets_open_for_our_own_pages_named_origins_and_programs(origin: str | None) -> None:
    assert (await handshake(origin))["type"] == "websocket.accept"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{FRONT_END}.evil.example"])
async def test_sockets_do_not_open_for_others(origin: str) -> None:
    answer = await handshake(origin)
    assert answer["type"] == "websocket.close" or answer["status"] == 403, answer


async def test_a_socket_for_another_host_is_misdirected() -> None:
    for origin in (None, "https://evil.example"):  # though it would be its own origin
        answer = await handshake(origin, "evil.example")
        assert (answer["type"], answer["status"]) == ("websocket.http.response.start", 421)


# ---------------------------------------------------------------- proxies


@pytest.mark.parametrize(
    ("trusted", "peer", "said", "counted"),
    [
        (None, "127.0.0.1", "203.0.113.9", "203.0.113.9"),  # a proxy on this machine
        (None, "192.0.2.1", "203.0.113.9", "192.0.2.1"),  # somebody who says so
        (None, "127.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"),  # what was sent to the proxy is not believed
        ("10.0.0.0/8", "10.1.2.3", "203.0.113.9, 10.9.9.9", "203.0.113.9"),  # one behind another
        ("10.0.0.0/8", "127.0.0.1", "203.0.113.9", "127.0.0.1"),
        ("none", "127.0.0.1", "203.0.113.9", "127.0.0.1"),
    ],
)
async def test_only_proxies_that_are_named_say_where_a_request_comes_from(
    trusted: str | None, peer: str, said: str, counted: str
) -> None:
    options = server._options(
        settings(**({} if trusted is None else {"LEITAI_TRUSTED_PROXIES": trusted})), "127.0.0.1", 8000
    )
    found: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        found.append(scope["client"][0])

    config = Config(cast(Any, app), proxy_headers=options["proxy_headers"], log_config=None)
    config.forwarded_allow_ips = options["forwarded_allow_ips"]
    config.load()
    scope: Any = {
        "type": "http",
        "headers": [(b"x-forwarded-for", said.encode())],
        "client": (peer, 5),
        "scheme": "http",
    }
    await cast(Any, config.loaded_app)(scope, None, None)
    assert found == [counted]
