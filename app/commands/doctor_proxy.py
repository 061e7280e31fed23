"""What a running server sees of a request that comes through PUBLIC_URL."""

import time
from collections.abc import AsyncGenerator
from typing import Any

import httpx

from app.commands.doctor_line import FAULT, OK, WARNING, Line
from app.keys import signing
from app.settings import Settings
from app.web import seen
from app.web.origins import is_loopback
from models import database_url

WAIT = 4.0  # seconds for one answer
INVENTED = "192.0.2.77"  # nobody's: RFC 5737
UPGRADE = {
    "connection": "Upgrade",
    "upgrade": "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-protocol": "graphql-transport-ws",
}


async def proxy(settings: Settings) -> AsyncGenerator[Line]:
    url = settings.public_url
    local = is_loopback(url.host)
    async with httpx.AsyncClient(timeout=WAIT, trust_env=not local, follow_redirects=False) as client:
        try:
            ready = await client.get(f"{url}/readyz")
        except httpx.HTTPError as error:
            yield Line(WARNING, "proxy", f"nothing answers at {url} ({_why(error)}): run `leitai serve`.")
            return
        if ready.status_code not in (200, 503) or "ready" not in ready.text:
            yield Line(FAULT, "proxy", f"{url}/readyz answers {ready.status_code}, and not as Leitai does.")
            return
        level = OK if ready.status_code == 200 else WARNING
        yield Line(level, "proxy", f"Leitai answers at {url}{'' if level == OK else ', and is not ready'}.")
        async for line in _socket(client, settings):
            yield line
        async for line in _headers(client, settings, local):
            yield line


async def _socket(client: httpx.AsyncClient, settings: Settings) -> AsyncGenerator[Line]:
    url = settings.public_url
    async with client.stream("GET", f"{url}/graphql", headers={**UPGRADE, "origin": url.origin}) as answer:
        status = answer.status_code
    if status == 101:
        yield Line(OK, "proxy", "WebSockets get through.")
    elif status == 421:
        yield Line(FAULT, "proxy", "another Host reaches the server than PUBLIC_URL's: let the proxy pass Host on.")
    else:
        yield Line(FAULT, "proxy", f"a WebSocket is answered {status}: let the proxy pass Upgrade and Connection on.")


async def _headers(client: httpx.AsyncClient, settings: Settings, local: bool) -> AsyncGenerator[Line]:
    file = database_url.file_of(settings.database_url)
    there = settings.signing_key or (file and signing.key_file(settings.database_url).exists())
    signer = signing.signer(settings) if there else None
    if signer is None:
        yield Line(WARNING, "proxy", "what the server sees of addresses is told only with the signing key.")
        return
    plain = await _seen(client, settings, {seen.HEADER: seen.proof(signer, time.time())})
    forged = {seen.HEADER: seen.proof(signer, time.time()), "x-forwarded-for": INVENTED}
    invented = await _seen(client, settings, forged)
    if plain is None or invented is None:
        yield Line(WARNING, "proxy", "the server there has another signing key, or an older version.")
        return
    for line in judged(plain, invented, settings, local):
        yield line


def judged(plain: dict[str, Any], invented: dict[str, Any], settings: Settings, local: bool) -> list[Line]:
    """plain: what is seen of a request; invented: of one that says it comes from nobody's address."""
    found: list[Line] = []
    client, forwarded = plain["client"], plain["forwarded"]
    if plain["scheme"] != settings.public_url.scheme:
        found.append(
            Line(
                FAULT,
                "proxy",
                f"the server sees {plain['scheme']}: let the proxy set X-Forwarded-Proto, and name it in"
                " LEITAI_TRUSTED_PROXIES.",
            )
        )
    if forwarded and client not in forwarded:
        found.append(
            Line(
                FAULT,
                "proxy",
                f"the proxy at {client} is not believed, so everybody behind it counts as one: add {client} to"
                " LEITAI_TRUSTED_PROXIES.",
            )
        )
    if invented["client"] == INVENTED and not local:
        found.append(
            Line(FAULT, "proxy", "anybody can invent an address: let the proxy append to X-Forwarded-For, or set it.")
        )
    return found or [Line(OK, "proxy", f"the server sees this machine as {client}, by {plain['scheme']}.")]


async def _seen(client: httpx.AsyncClient, settings: Settings, headers: dict[str, str]) -> dict[str, Any] | None:
    answer = await client.get(f"{settings.public_url}{seen.PATH}", headers=headers)
    try:
        return answer.json() if answer.status_code == 200 else None
    except ValueError:
        return None


def _why(error: httpx.HTTPError) -> str:
    return "no answer in time" if isinstance(error, httpx.TimeoutException) else str(error) or type(error).__name__
