"""An OpenID Connect provider of the tests' own, on loopback, that can be told to lie.

provider = OpenId()                        # listens at provider.issuer
provider.person = {"sub": "…", "preferred_username": "li"}
came_back = await provider.sign_in(address)    # as a browser does: {"code": …, "state": …}
provider.claims = {"aud": "other"}         # what its next tokens say besides; None leaves a claim out
provider.signing = Signing("HS256", secret, kid)   # what they are signed with
provider.keys = [...]                      # what it publishes
provider.answers["/token"] = Answer(...)   # instead of its own
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import secrets
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from world import World

import models
from resolvers.accounts import openid
from resolvers.accounts.openid import Begun
from resolvers.accounts.sign_in import viewer_of
from resolvers.openid_provider import Provider, Registration
from resolvers.session import Session, Viewer
from rules.refusals import Refusal

CLIENT, CLIENT_SECRET = "leitai", "a secret: with / and ünsafe letters"
BASIC = "leitai:a%20secret%3A%20with%20%2F%20and%20%C3%BCnsafe%20letters"  # each half as a form has it
REDIRECT = "https://front.example/signed-in"


@dataclass(frozen=True)
class Signing:
    algorithm: str
    key: Any
    kid: str | None = "1"


@dataclass
class Answer:
    status: int = 200
    body: bytes = b"{}"
    seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict[str, str])


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def ec_key(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(curve or ec.SECP256R1())


def published(key: Any, kid: str = "1", **also: str) -> dict[str, Any]:
    """A private key's public half, as a provider shows it."""
    kind = {
        rsa.RSAPrivateKey: RSAAlgorithm,
        ec.EllipticCurvePrivateKey: ECAlgorithm,
        ed25519.Ed25519PrivateKey: OKPAlgorithm,
    }
    algorithm = next(made for one, made in kind.items() if isinstance(key, one))
    return {**json.loads(algorithm.to_jwk(key.public_key())), "kid": kid, "use": "sig", **also}


class OpenId:
    def __init__(self, clock: Callable[[], datetime] | None = None) -> None:
        self._clock = clock or (lambda: datetime.now(UTC))
        key = ec_key()
        self.signing = Signing("ES256", key)
        self.keys = [published(key)]
        self.person: dict[str, Any] = {"sub": "248289761001", "preferred_username": "li"}
        self.claims: dict[str, Any] = {}
        self.token: str | None = None  # sent as it is
        self.configuration: dict[str, Any] = {}
        self.answers: dict[str, Answer] = {}
        self.asked: Counter[str] = Counter()
        self._codes: dict[str, dict[str, str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": self}))
        self._server.daemon_threads = True
        self.issuer = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    async def sign_in(self, address: str) -> dict[str, str]:
        """What the browser comes back with, after signing in there."""
        async with httpx.AsyncClient(trust_env=False, verify=False) as browser:
            answer = await browser.get(address)
        assert answer.status_code == 302, answer.text
        where, _, query = answer.headers["location"].partition("?")
        assert where == REDIRECT
        return {name: values[0] for name, values in parse_qs(query).items()}

    # ------------------------------------------------------------ what it answers

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            **self.configuration,
        }

    def authorize(self, asked: dict[str, str]) -> Answer:
        wanted = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": REDIRECT,
            "code_challenge_method": "S256",
        }
        if not wanted.items() <= asked.items() or "openid" not in asked["scope"].split():
            return Answer(400, json.dumps(asked).encode())
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return Answer(302, b"", headers={"location": f"{REDIRECT}?{back}"})

    def redeem(self, form: dict[str, str], authorization: str) -> Answer:
        asked = self._codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        known = (
            form.get("client_secret") == CLIENT_SECRET and form.get("client_id") == CLIENT
            if "client_secret" in form
            else authorization == f"Basic {base64.b64encode(BASIC.encode()).decode()}"
        )
        if (
            not known
            or asked is None
            or asked["code_challenge"] != challenge
            or form["redirect_uri"] != asked["redirect_uri"]
            or form["grant_type"] != "authorization_code"
        ):
            return Answer(400, b'{"error": "invalid_grant"}')
        said = {"access_token": "x", "id_token": self.token or self.made(asked["nonce"])}
        return Answer(body=json.dumps(said).encode())

    def made(self, nonce: str) -> str:
        """An ID token."""
        now = int(self._clock().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce, **self.person}
        claims = {name: value for name, value in {**claims, **self.claims}.items() if value is not None}
        headers = {"kid": self.signing.kid} if self.signing.kid else {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a weak key is what a test wants
            return jwt.encode(claims, self.signing.key, self.signing.algorithm, headers)


# ---------------------------------------------------------------- our side of it


@dataclass
class Front:
    """A front end of ours before that provider."""

    world: World
    theirs: OpenId
    provider: Provider

    @classmethod
    def of(cls, world: World, theirs: OpenId, **given: Any) -> Front:
        known = {
            "issuer": theirs.issuer,
            "client_id": CLIENT,
            "client_secret": CLIENT_SECRET,
            "claim": "preferred_username",
            "redirects": frozenset({REDIRECT}),
        }
        return cls(world, theirs, Provider(Registration(**{**known, **given})))

    async def session(self) -> Session:
        made = await self.world.session(None)
        made.provider, made.address = self.provider, "203.0.113.1"
        return made

    async def begun(self, redirect: str = REDIRECT) -> Begun:
        return await openid.begin(await self.session(), redirect)

    async def finished(self, begun: Begun, came_back: dict[str, str]) -> Viewer:
        code, state = came_back["code"], came_back["state"]
        token, viewer = await openid.finish(await self.session(), code, state, begun.secret)
        assert await viewer_of(token, self.world.clock.now) is not None
        return viewer

    async def signed_in(self) -> Viewer:
        """The whole way."""
        own = await self.begun()
        return await self.finished(own, await self.theirs.sign_in(own.address))

    async def refused(self) -> type[Refusal]:
        before = await models.AuthToken.all().count()
        with pytest.raises(Refusal) as refusal:
            await self.signed_in()
        assert await models.AuthToken.all().count() == before
        return refusal.type


class _Handler(BaseHTTPRequestHandler):
    provider: OpenId

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        own = self.provider
        if path == "/authorize":
            self._say(own.authorize({name: values[0] for name, values in parse_qs(query).items()}))
        elif path in ("/.well-known/openid-configuration", "/keys"):
            body = own.discovery() if path != "/keys" else {"keys": own.keys}
            self._say(Answer(body=json.dumps(body).encode()))
        else:
            self._say(Answer(404))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self._say(self.provider.redeem(form, self.headers.get("authorization", "")))

    def _say(self, answer: Answer) -> None:
        path = urlsplit(self.path).path
        self.provider.asked[path] += 1
        answer = self.provider.answers.get(path, answer)
        time.sleep(answer.seconds)
        with contextlib.suppress(OSError):  # it did not wait, or had enough
            self.send_response(answer.status)
            for name, value in {"content-length": str(len(answer.body)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""
