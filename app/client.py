"""A client of the public API, as anybody could write one: signing in, asking, and following a subscription."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

PATIENCE = 10.0  # seconds for an answer; after as many of silence a socket is asked whether it lives
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
MISUSED = {4400, 4401, 4406, 4409, 4429}  # closes that mean our fault: the same again would end the same
FORBIDDEN = 4403
NOBODY_THERE = ("Connect call failed", "All connection attempts failed", "Connection refused")
RESTARTING = {1001, 1012}
SIGN_IN = """mutation ($login: String!, $password: String!) {
  signIn(input: {login: $login, password: $password}) {
    __typename
    ... on SignInSuccess { token }
    ... on UserError { message }
    ... on TooManyAttempts { retryAfterSeconds }
  }
}"""


class Unreachable(Exception):
    """No answer, or none of ours: worth trying again. retry_after: what the server asked for, in seconds."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SignedOut(Exception):
    """The token is no longer good, or the server takes no socket of it."""


class Refused(Exception):
    """The server answered no; the message is a sentence for a person. final: it would again."""

    def __init__(self, message: str, final: bool = True) -> None:
        super().__init__(message)
        self.final = final


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is, from what a person types: http://host:8000, with or without /graphql."""

    http: str
    socket: str
    local: bool  # then proxies have no say

    @classmethod
    def read(cls, text: str) -> "Address":
        """Refused: it is no such address."""
        refused = Refused(f"{text} is no address of a server; it looks like http://127.0.0.1:8000.")
        try:
            parts = urlsplit(text.strip() if "://" in text else f"http://{text.strip()}")
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
                raise refused
        except ValueError:
            raise refused from None
        path = parts.path.rstrip("/").removesuffix("/graphql") + "/graphql"
        socket = "wss" if parts.scheme == "https" else "ws"
        return cls(
            urlunsplit((parts.scheme, parts.netloc, path, "", "")),
            urlunsplit((socket, parts.netloc, path, "", "")),
            parts.hostname in LOOPBACK,
        )


class Api:
    """One caller. token: set by `sign_in`, or given."""

    def __init__(self, address: Address, token: str | None = None) -> None:
        self.address = address
        self.token = token
        self._http = httpx.AsyncClient(timeout=PATIENCE, trust_env=not address.local)

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data. Unreachable, SignedOut; Refused: answered with errors."""
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            answer = await self._http.post(
                self.address.http, json={"query": query, "variables": variables}, headers=headers
            )
        except httpx.TransportError as error:
            raise Unreachable(f"{self.address.http} does not answer{_what(error)}.") from error
        if answer.status_code == 401:
            raise SignedOut("The token is no longer good; sign in again.")
        try:
            read = answer.json()
        except ValueError:
            read = None
        if not isinstance(read, dict) or ("data" not in read and "errors" not in read):
            raise Unreachable(f"{self.address.http} answered {answer.status_code}, and not as Leitai does.")
        if read.get("errors"):
            raise refusal(read["errors"])
        return read["data"]

    async def sign_in(self, login: str, password: str) -> None:
        """Refused: login or password is wrong."""
        self.token = None
        answer = (await self.ask(SIGN_IN, login=login, password=password))["signIn"]
        match answer["__typename"]:
            case "SignInSuccess":
                self.token = answer["token"]
            case "TooManyAttempts":
                raise Unreachable(answer["message"], float(answer["retryAfterSeconds"]))
            case _:
                raise Refused(f"Signing in as {login}: {answer['message']}")

    async def sign_out(self) -> None:
        await self.ask("mutation { signOut { __typename } }")
        self.token = None

    async def follow(self, query: str, variables: dict[str, Any]) -> AsyncGenerator["Message"]:
        """A subscription's frames over a socket of its own, after one message that only says what the server asks of
        who reconnects. Unreachable: the socket was lost. SignedOut. Refused: the operation was."""
        try:
            async with (
                self._connection() as socket,
                aclosing(self._messages(socket, query, variables)) as messages,
            ):
                async for message in messages:
                    yield message
        except ConnectionClosed as closed:
            raise _why(closed) from closed
        except (OSError, InvalidHandshake, TimeoutError) as error:
            raise Unreachable(f"{self.address.socket} does not answer{_what(error)}.") from error

    def _connection(self) -> connect:
        return connect(
            self.address.socket,
            subprotocols=[Subprotocol("graphql-transport-ws")],
            compression=None,
            ping_interval=None,  # graphql's own ping asks the whole way
            open_timeout=PATIENCE,
            close_timeout=2,
            max_size=4 * 1024 * 1024,
            proxy=None if self.address.local else True,
        )

    async def _messages(
        self, socket: ClientConnection, query: str, variables: dict[str, Any]
    ) -> AsyncGenerator["Message"]:
        await _send(socket, {"type": "connection_init", "payload": {"authorization": f"Bearer {self.token}"}})
        ack = await _receive(socket)
        if ack.get("type") != "connection_ack":
            raise Unreachable("The server did not acknowledge the connection.")
        yield Message(reconnect_within=_seconds((ack.get("payload") or {}).get("reconnectWithinSeconds")))
        asked = {"query": query, "variables": variables}
        await _send(socket, {"id": "1", "type": "subscribe", "payload": asked})
        while True:
            message = await _receive(socket)
            match message.get("type"):
                case "next":
                    yield Message(payload=message["payload"])
                case "error":
                    raise refusal(message["payload"])
                case "complete":
                    raise Unreachable("The server ended the stream.")
                case "ping":
                    await _send(socket, {"type": "pong"})
                case _:
                    pass


@dataclass(frozen=True, slots=True)
class Message:
    """payload: a frame's data and errors. reconnect_within: seconds, of the first message only."""

    payload: dict[str, Any] | None = None
    reconnect_within: float | None = None


def refusal(errors: list[dict[str, Any]]) -> Refused:
    """Of GraphQL errors. What has a code was meant; anything else may pass."""
    codes = {(one.get("extensions") or {}).get("code") for one in errors}
    return Refused(" ".join(str(one.get("message")) for one in errors), bool(codes - {None, "INTERNAL"}))


async def _send(socket: ClientConnection, message: dict[str, Any]) -> None:
    await socket.send(json.dumps(message))


async def _receive(socket: ClientConnection) -> dict[str, Any]:
    """The next message; a silent server is asked once whether it lives."""
    for asked in (False, True):
        try:
            async with asyncio.timeout(PATIENCE):
                return json.loads(await socket.recv())
        except TimeoutError:
            if asked:
                break
            await _send(socket, {"type": "ping"})
        except ValueError:
            break
    raise Unreachable("The connection went silent.")


def _why(closed: ConnectionClosed) -> Exception:
    code = closed.rcvd.code if closed.rcvd else 1006
    reason = closed.rcvd.reason if closed.rcvd else ""
    if code == FORBIDDEN:
        return SignedOut(reason or "The token is no longer good.")
    if code in MISUSED:
        return Refused(f"The server closed the connection: {reason or code}")
    if code in RESTARTING:
        return Unreachable("The server is restarting.")
    return Unreachable(f"The connection was lost{f' ({reason})' if reason else ''}.")


def _what(error: Exception) -> str:
    """In brackets, where it says more than that nobody answers."""
    said = re.sub(r"^\[Errno -?\d+\] ", "", str(error)).strip().rstrip(".")
    plain = not said or isinstance(error, TimeoutError) or any(one in said for one in NOBODY_THERE)
    return "" if plain else f" ({said})"


def _seconds(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and 0 <= value <= 3600 else None
