"""The bad-input corpus, over HTTP: requests that can't be read as one, each with the status and code it must get.

A case is (status, code, request). code None: the answer is not GraphQL's. Statuses in a tuple: one of them.
"""

from __future__ import annotations

import gzip
import json
from typing import Any
from urllib.parse import quote

from plain_http import request

JSON = {"content-type": "application/json", "accept": "application/graphql-response+json"}
TYPENAME = b'{"query":"{ __typename }"}'
Case = tuple[int | tuple[int, ...], str | None, bytes]
BAD = "BAD_REQUEST"


def post(body: bytes | str, **headers: str) -> bytes:
    content = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
    return request("POST", "/graphql", content, {**JSON, **{k.replace("_", "-"): v for k, v in headers.items()}})


def get(parameters: str, **headers: str) -> bytes:
    return request("GET", f"/graphql?{parameters}", headers={"accept": JSON["accept"], **headers})


def with_part(**parts: Any) -> str:
    return json.dumps({"query": "{ __typename }", **parts})


BODIES: dict[str, bytes | str] = {
    "empty": b"",
    "a space": b" ",
    "a number": b"1",
    "minus nothing": b"-",
    "null": b"null",
    "true": b"true",
    "a text": b'"{ __typename }"',
    "a list": b"[]",
    "a batch": b"[" + TYPENAME + b"]",
    "a batch of 1,000": b"[" + b",".join([TYPENAME] * 1000) + b"]",
    "an empty object": b"{}",
    "an open object": b"{",
    "an open text": b'{"query":"',
    "an open list": b'{"query":["',
    "two objects": TYPENAME + TYPENAME,
    "rubbish behind": TYPENAME + b"x",
    "a comma behind": b'{"query":"{ __typename }",}',
    "single quotes": b"{'query':'{ __typename }'}",
    "a comment": b"/* */" + TYPENAME,
    "100,000 brackets": b"[" * 100_000,
    "100,000 braces": b'{"a":' * 50_000,
    "5,000 deep": b'{"query":"{ __typename }","variables":' + b'{"a":' * 5000 + b"1" + b"}" * 5001,
    "5,000 lists": b'{"query":"{ __typename }","variables":{"a":' + b"[" * 5000 + b"]" * 5000 + b"}}",
    "5,000 digits": b'{"query":"{ __typename }","variables":{"n":' + b"9" * 5000 + b"}}",
    "200,000 digits": b'{"query":"{ __typename }","variables":{"n":' + b"9" * 200_000 + b"}}",
    "5,000 digits below zero": b'{"query":"{ __typename }","variables":{"n":-' + b"9" * 5000 + b"}}",
    "NaN": b'{"query":"{ __typename }","variables":{"n":NaN}}',
    "Infinity": b'{"query":"{ __typename }","variables":{"n":Infinity}}',
    "-Infinity": b'{"query":"{ __typename }","variables":{"n":-Infinity}}',
    "hexadecimal": b'{"query":"{ __typename }","variables":{"n":0x10}}',
    "a leading zero": b'{"query":"{ __typename }","variables":{"n":010}}',
    "a plus": b'{"query":"{ __typename }","variables":{"n":+1}}',
    "a raw line end": b'{"query":"{ __typename\n}"}',
    "a raw NUL": b'{"query":"{ __typename }\x00"}',
    "a bad escape": rb'{"query":"{ __typename }\x41"}',
    "half an escape": rb'{"query":"{ __typename }\u12"}',
    "invalid UTF-8": b'{"query":"{ __typename }\xff"}',
    "cut UTF-8": b'{"query":"{ __typename }\xe6\x93"}',
    "overlong UTF-8": b'{"query":"{ __typename }\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"query":"{ __typename }\xed\xa0\x80"}',
    "UTF-16": TYPENAME.decode().encode("utf-16"),
    "UTF-32": TYPENAME.decode().encode("utf-32"),
    "a byte order mark": b"\xef\xbb\xbf" + TYPENAME,
    "GB18030": '{"query":"{ 擂台 }"}'.encode("gb18030"),
    "gzip": gzip.compress(TYPENAME),
    "no query": b'{"variables":{}}',
    "a query in capitals": b'{"Query":"{ __typename }"}',
    "a form": b"query={__typename}",
    "multipart": b'--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{}\r\n--x--\r\n',
    "XML": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    **{f"query {one}": f'{{"query":{one}}}' for one in ("null", '""', "5", "1e999", "true", "[]", "{}", '["{a}"]')},
    **{f"operationName {one}": with_part(operationName=json.loads(one)) for one in ("5", "{}", '["a"]', "true", "0")},
    **{f"variables {one}": with_part(variables=json.loads(one)) for one in ('"x"', "[]", "5", "true", '"{}"', "0")},
    **{f"extensions {one}": with_part(extensions=json.loads(one)) for one in ('"x"', "[]", "5", "true")},
    **{f"extensions.cost {one}": with_part(extensions={"cost": json.loads(one)}) for one in ('"yes"', "5", "[]", "{}")},
    "the last of two queries": b'{"query":"{ __typename }","query":5}',
}
GETS: dict[str, str] = {
    "nothing": "",
    "no query": "variables={}",
    "query empty": "query=",
    "variables open": "query={__typename}&variables={",
    "variables a list": "query={__typename}&variables=[]",
    "variables a number": "query={__typename}&variables=1",
    "variables deep": "query={__typename}&variables=" + "[" * 5000,
    "variables of invalid UTF-8": "query={__typename}&variables=%ff",
    "variables of 5,000 digits": 'query={__typename}&variables={"a":' + "9" * 5000 + "}",
    "extensions a list": "query={__typename}&extensions=[]",
    "extensions open": "query={__typename}&extensions=%7B",
    "cost unknown": "query={__typename}&extensions=" + quote('{"cost":"no"}'),
    "the query encoded twice, and none": "%71uer%79=&variables=%7B%7D",
}
KINDS = (
    *("", "text/plain", "text/html", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"),
    *("multipart/form-data", "application/graphql", "application/jsonx", "application /json", "json", "a" * 4000),
    *("application/json; charset=gbk", "application/json;charset=utf-16", 'application/json; charset="latin-1"'),
    *("application/json, text/plain", ";", "application/xml", "擂台"),
)
ENCODINGS = ("gzip", "deflate", "br", "zstd", "gzip, gzip", "GZIP", "identity, gzip", "aes128gcm", "x" * 2000)
METHODS = ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "PURGE", "SUBSCRIBE")
TOKENS = (
    *(
        "",
        "Bearer",
        "Bearer ",
        "bearer x",
        "Basic eDp5",
        "Digest x",
        "Bearer \x7f",
        "Bearer a b",
        "Bearer ,",
        "x" * 8000,
    ),
    *("Bearer " + "A" * 43, "Bearer 擂台", "Bearer \udcff\udcfe", "Bearer null", "Bearer ' OR 1=1 --", "Bearer %00"),
)
PATHS: dict[str, int | tuple[int, ...]] = {
    **dict.fromkeys(
        [
            *(
                "/graphql/x",
                "/graphq",
                "/GRAPHQL",
                "//graphql",
                "/graphql%00",
                "/graphql%2f",
                "/.env",
                "/..%2f..%2fetc/passwd",
            ),
            *("/statements/", "/statements/x", "/statements/%00", "/statements/%ff%fe", "/statements/" + "A" * 8000),
            *("/statements/..%2f..", "/statements/%ed%a0%80", "/statements/'%20OR%201=1", "/statements/%E6%93%82"),
            *(
                "/c/",
                "/c/x",
                "/c/%00",
                "/c/%ff",
                "/c/" + "A" * 8000,
                "/c/%ed%a0%80",
                "/c/..%2f",
                "/c/a/b",
                "/c/%E6%93%82",
            ),
            *("/courses/x/qr.svg", "/courses/%00/qr.png", "/courses/%ff/qr.svg", "/courses/" + "A" * 8000 + "/qr.svg"),
            *("/courses/x/qr.exe", "/courses/x/qr.", "/courses/x/qr", "/courses//qr.svg", "/courses/%ed%a0%80/qr.svg"),
            *("/courses/Q291cnNlOjE/qr.svg", "/courses/Q291cnNlOg/qr.svg", "/metrics/x", "/healthz/x", "/readyz/%00"),
        ],
        404,
    ),
    "/graphql/": 404,
    "/c/a b": 400,
}


def broken() -> dict[str, Case]:
    """What is no HTTP at all, or says two things at once. 0: the connection ends without an answer."""
    head = b"POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-type: application/json\r\n"
    return {
        "two lengths": ((400, 0), None, head + b"content-length: 26\r\ncontent-length: 1\r\n\r\n" + TYPENAME),
        "a negative length": ((400, 0), None, head + b"content-length: -1\r\n\r\n" + TYPENAME),
        "a length in words": ((400, 0), None, head + b"content-length: many\r\n\r\n" + TYPENAME),
        "a length too long": (413, "TOO_LARGE", head + b"content-length: 262145\r\n\r\n"),
        "a length of 30 digits": ((400, 413, 0), None, head + b"content-length: " + b"9" * 30 + b"\r\n\r\n"),
        "length and chunks": (
            (200, 400, 0),
            None,
            head + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
        "chunks that are none": ((400, 0), None, head + b"transfer-encoding: chunked\r\n\r\nxyz\r\n"),
        "an unknown transfer encoding": ((400, 411, 415, 501, 0), None, head + b"transfer-encoding: gzip\r\n\r\n"),
        "no request line": ((400, 0), None, b"\r\n\r\n\r\n"),
        "bytes": ((400, 0), None, bytes(range(256)) + b"\r\n\r\n"),
        "TLS": ((400, 0), None, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n\r\n"),
        "HTTP/2": ((400, 0, 404, 405), None, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        "HTTP/9": ((400, 505, 0), None, b"GET /graphql HTTP/9.9\r\n\r\n"),
        "a header without a name": ((400, 0), None, b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n: x\r\n\r\n"),
        "a header of 100 KB": (
            (400, 431, 0),
            None,
            b"GET /nowhere HTTP/1.1\r\nhost: 127.0.0.1\r\nx: " + b"a" * 100_000 + b"\r\n\r\n",
        ),
        "a head without an end": (400, None, b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 20_000),
        "an address of 100 KB": (400, None, b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"),
        "another host": (421, None, b"GET /graphql HTTP/1.1\r\nhost: example.org\r\nconnection: close\r\n\r\n"),
        "no host": ((400, 421), None, b"GET /graphql HTTP/1.1\r\nconnection: close\r\n\r\n"),
        "a NUL in a header": ((400, 0), None, b"GET /nowhere HTTP/1.1\r\nhost: 127.0.0.1\r\nx: \x00\r\n\r\n"),
        "a method of bytes": ((400, 0), None, b"\xff\xfe / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"),
        "an address of bytes": (
            (400, 404, 0),
            None,
            b"GET /\xff\xfe HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n",
        ),
        "a WebSocket without a key": (
            (400, 426, 0),
            None,
            b"GET /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\r\n",
        ),
        "a WebSocket of version 1": (
            (400, 426, 0),
            None,
            b"GET /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 1\r\n\r\n",
        ),
        "an upgrade to HTTP/2": (
            (400, 404, 0),
            None,
            b"GET /nowhere HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade, http2-settings, close\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n",
        ),
    }


def cases() -> dict[str, Case]:
    found: dict[str, Case] = {f"body: {name}": (400, BAD, post(body)) for name, body in BODIES.items()}
    found |= {f"GET: {name}": (400, BAD, get(query)) for name, query in GETS.items()}
    found |= {
        f"content-type {kind[:40]}": (415, "UNSUPPORTED_MEDIA_TYPE", post(TYPENAME, content_type=kind))
        for kind in KINDS
    }
    found |= {
        f"content-encoding {one[:40]}": (
            415,
            "UNSUPPORTED_MEDIA_TYPE",
            post(gzip.compress(TYPENAME), content_encoding=one),
        )
        for one in ENCODINGS
    }
    found |= {
        f"{method} /graphql": (405, "METHOD_NOT_ALLOWED", request(method, "/graphql", TYPENAME, JSON))
        for method in METHODS
    }
    found |= {
        f"authorization {token[:40]!r}": (
            (401, 400) if "\x7f" in token else 401,
            None if "\x7f" in token else "UNAUTHENTICATED",
            post(TYPENAME, authorization=token),
        )
        for token in TOKENS
    }
    found |= {f"path {path[:40]}": (status, None, request("GET", path)) for path, status in PATHS.items()}
    found |= {
        "a body of 256 KiB and one": (413, "TOO_LARGE", post(TYPENAME.ljust(262_145))),
        "a body of 5 MB": ((413, 0), None, post(TYPENAME.ljust(5_000_000))),
        "a mutation by GET": (405, "METHOD_NOT_ALLOWED", get("query=mutation{signOut{__typename}}")),
        "a subscription": (400, "WRONG_TRANSPORT", post('{"query":"subscription { displayUpdated { id } }"}')),
        "a subscription by GET": (400, "WRONG_TRANSPORT", get("query=subscription{displayUpdated{id}}")),
    }
    return {**found, **broken()}
