"""The bad-input corpus, over WebSocket: frames that break the protocol, and operations that can't run."""

from __future__ import annotations

import json
from typing import Any


def subscribing(**changed: Any) -> str:
    payload = {"query": "subscription { x }"}
    message = {"id": "1", "type": "subscribe", "payload": payload} | {
        key: value for key, value in changed.items() if key in ("id", "payload")
    }
    payload.update({key: value for key, value in changed.items() if key not in message})
    return json.dumps(message)


WITHOUT_ID = json.dumps({"type": "subscribe", "payload": {"query": "subscription { x }"}})
DEEP = '{"id":"1","type":"subscribe","payload":{"query":"","variables":' + '{"a":' * 5000 + "1" + "}" * 5002
MALFORMED: dict[str, str | bytes] = {
    "[]": "[]",
    "1": "1",
    "null": "null",
    "text": '"x"',
    "{}": "{}",
    "no JSON": "{",
    "empty": "",
    "NaN": '{"type":"ping","payload":{"a":NaN}}',
    "number of 5,000 digits": '{"type":"ping","payload":{"a":' + "9" * 5000 + "}}",
    "5,000 deep": DEEP,
    "brackets": "[" * 60_000,
    "unknown type": '{"type":"stop"}',
    "type a list": '{"type":["ping"]}',
    "a message of servers": '{"type":"next","id":"1","payload":{}}',
    "ping's payload": '{"type":"ping","payload":[]}',
    "id {}": subscribing(id={}),
    "id 1": subscribing(id=1),
    "id missing": WITHOUT_ID,
    "id empty": subscribing(id=""),
    "id too long": subscribing(id="x" * 257),
    "payload null": subscribing(payload=None),
    "payload list": subscribing(payload=[]),
    "payload text": subscribing(payload="x"),
    "no query": subscribing(payload={}),
    "query 5": subscribing(query=5),
    "variables text": subscribing(variables="x"),
    "variables list": subscribing(variables=[]),
    "operationName list": subscribing(operationName=["a"]),
    "extensions list": subscribing(extensions=[]),
    "complete without id": '{"type":"complete"}',
    "complete {}": '{"type":"complete","id":{}}',
    "binary": b'{"type":"ping"}',
    "a byte order mark": "\ufeff{}",
    "two messages": '{"type":"ping"}{"type":"ping"}',
    "a message in a list": '[{"type":"ping"}]',
    "1e999 as the type": '{"type":1e999}',
    "true": "true",
    "a fraction": "1.5",
    "an open text": '{"type":"ping',
    "a NUL": '{"type":"ping"}\x00',
    "a NUL within": '{"type":"pi\x00ng"}',
    "a lone surrogate as the type": '{"type":"\\ud800"}',
    "the type in capitals": '{"type":"PING"}',
    "no type": '{"id":"1","payload":{"query":"{ a }"}}',
    "type null": '{"type":null}',
    "type {}": '{"type":{}}',
    "the last of two types": '{"type":"ping","type":"stop"}',
    "the old protocol's start": '{"type":"start","id":"1","payload":{"query":"{ a }"}}',
    "the old protocol's end": '{"type":"connection_terminate"}',
    "an ack from the client": '{"type":"connection_ack"}',
    "an error from the client": '{"type":"error","id":"1","payload":[]}',
    "Infinity": '{"type":"ping","payload":{"a":-Infinity}}',
    "60,000 digits": '{"type":"ping","payload":{"a":' + "9" * 60_000 + "}}",
    "a payload that is a text": '{"type":"pong","payload":"x"}',
    "a payload that is true": '{"type":"ping","payload":true}',
    "id null": subscribing(id=None),
    "id true": subscribing(id=True),
    "id a list": subscribing(id=["1"]),
    "id 1e999": subscribing(id=1).replace('"id": 1', '"id": 1e999'),
    "id of 60,000 letters": subscribing(id="x" * 60_000),
    "no payload": '{"id":"1","type":"subscribe"}',
    "payload true": subscribing(payload=True),
    "query null": subscribing(query=None),
    "query a list": subscribing(query=["{ a }"]),
    "query an object": subscribing(query={}),
    "variables 5": subscribing(variables=5),
    "variables true": subscribing(variables=True),
    "variables as a text of JSON": subscribing(variables="{}"),
    "operationName 5": subscribing(operationName=5),
    "operationName {}": subscribing(operationName={}),
    "operationName false": subscribing(operationName=False),
    "extensions text": subscribing(extensions="x"),
    "extensions 0": subscribing(extensions=0),
    "complete 1": '{"type":"complete","id":1}',
    "complete null": '{"type":"complete","id":null}',
    "complete with nothing": '{"type":"complete","id":""}',
    "binary subscribe": subscribing().encode(),
    "no bytes": b"",
    "binary rubbish": bytes(range(256)),
}
# sent as they are: a frame's payload, and the code it closes with
BROKEN: dict[str, tuple[bytes, int]] = {
    "invalid UTF-8": (b'{"type":"ping","payload":{"a":"\xff"}}', 1007),
    "a surrogate in UTF-8": (b"\xed\xa0\x80", 1007),
    "cut UTF-8": (b'{"type":"ping"}\xe6\x93', 1007),
    "overlong UTF-8": (b"\xc0\xaf", 1007),
    "64 KiB and two": (b" " * 65_536 + b"{}", 1009),
    "a megabyte": (b" " * 1_000_000, 1009),
}


def asking(query: str, variables: dict[str, Any] | None = None, name: str | None = None, at: str = "1") -> str:
    payload = {"query": query, "variables": variables, "operationName": name}
    return json.dumps({"id": at, "type": "subscribe", "payload": payload}).replace("Infinity", "1e999")


ARENA = "subscription ($at: ID!, $n: Float) { taskArenaUpdated(organizationId: $at, maxPerSecond: $n) { id %s } }"
LOG = "subscription ($at: ID!, $after: String) { pointsAwarded(organizationId: $at, after: $after) { cursor } }"
PARSE, INVALID, INPUT = "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"
# what one operation is told, while its socket lives: its frame, and the code. {at}: the id of an organization
REFUSED: dict[str, tuple[str, str]] = {
    "a syntax error": (asking("subscription {"), PARSE),
    "a syntax error of 500 letters": (asking("subscription { " + "?" * 500), PARSE),
    "an empty document": (asking(""), PARSE),
    "a lone surrogate": (asking("subscription { \ud800 }"), PARSE),
    "an unknown field": (asking("subscription { nothing { id } }"), INVALID),
    "an unknown field of 50,000 letters": (asking("subscription { " + "a" * 50_000 + " }"), INVALID),
    "a query": (asking("{ __typename }"), "WRONG_TRANSPORT"),
    "a mutation": (asking("mutation { signOut { __typename } }"), "WRONG_TRANSPORT"),
    "introspection": (asking("{ __schema { types { name } } }"), "WRONG_TRANSPORT"),
    "another operation": (asking("subscription A { displayUpdated { id } }", name="B"), "NO_SUCH_OPERATION"),
    "another, of 10,000 letters": (
        asking("subscription A { displayUpdated { id } }", name="B" * 10_000),
        "NO_SUCH_OPERATION",
    ),
    "a directive at the root": (asking("subscription { displayUpdated @include(if: true) { id } }"), INVALID),
    "a fragment at the root": (
        asking("subscription { ...F } fragment F on Subscription { displayUpdated { id } }"),
        INVALID,
    ),
    "two fields": (asking("subscription { displayUpdated { id } b: displayUpdated { id } }"), INVALID),
    "2,000 aliases": (asking(ARENA % " ".join(f"a{n}:id" for n in range(2000)), {"at": "x"}), "TOO_LARGE"),
    "150 deep": (asking("subscription " + "{ a" * 150 + "}" * 150), "TOO_LARGE"),
    "500 directives": (asking("subscription { displayUpdated { id " + "@skip(if: false)" * 500 + "} }"), "TOO_LARGE"),
    "no variable": (asking(ARENA % "", {}), INPUT),
    "a variable that is null": (asking(ARENA % "", {"at": None}), INPUT),
    "a variable of another type": (asking(ARENA % "", {"at": {}}), INPUT),
    "a variable 60 deep": (asking(ARENA % "", {"at": json.loads("[" * 60 + "]" * 60)}), INPUT),
    "a variable 900 deep": (asking(ARENA % "", {"at": 0}).replace("0}", "[" * 900 + "]" * 900 + "}", 1), INPUT),
    "an id of nothing": (asking(ARENA % "", {"at": "x"}), "NOT_FOUND"),
    "an id that is empty": (asking(ARENA % "", {"at": ""}), "NOT_FOUND"),
    "an id with a NUL": (asking(ARENA % "", {"at": "\x00"}), "NOT_FOUND"),
    "an id of surrogates": (asking(ARENA % "", {"at": "\ud800"}), "NOT_FOUND"),
    "an id of 50,000 letters": (asking(ARENA % "", {"at": "A" * 50_000}), "NOT_FOUND"),
    "a pace of 1e999": (asking(ARENA % "", {"at": "{at}", "n": float("inf")}), INPUT),
    "a pace in words": (asking(ARENA % "", {"at": "{at}", "n": "fast"}), INPUT),
    "a cursor of nothing": (asking(LOG, {"at": "{at}", "after": "x"}), INPUT),
    "a cursor of NaN": (asking(LOG, {"at": "{at}", "after": "W05hTixOYU5d"}), INPUT),
    "a cursor with a NUL": (asking(LOG, {"at": "{at}", "after": "\x00"}), INPUT),
    "no screen": (asking("subscription { displayUpdated { id } }"), "*"),
}
