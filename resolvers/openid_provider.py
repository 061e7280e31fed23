"""An OpenID Connect provider: where it sends people, what it says of them, and whether that may be believed.

Promises: nothing of it is asked over plain HTTP but on loopback; no answer of it is waited for longer than TIMEOUT or
read further than MOST_BYTES; only asymmetric algorithms count, each with a key of its own kind from the issuer's keys.
"""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn, cast
from urllib.parse import quote, urlencode, urlsplit

import httpx
import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from rules.id_tokens import Identity, NotBelieved, believed
from rules.refusals import ProviderUnavailable, WrongCredentials

TIMEOUT = 5.0  # seconds for one answer, all of it
MOST_BYTES = 256 * 1024
MOST_KEYS = 100
KEPT = 3600.0  # seconds that its configuration and keys are kept
NO = range(400, 429)  # statuses of a token endpoint that does not like a code
UNKNOWN_KEYS = 60.0  # seconds between two looks for a key that is not among them
AFTER_FAILURE = 5.0  # seconds in which a provider that did not answer is not asked again
LEAST_RSA = 2048  # bits
# What a signature may be made with, and the kind of key that each takes. Never `none`, never a shared secret.
ALGORITHMS: Mapping[str, tuple[str, str | None]] = {
    **{f"{family}{size}": ("RSA", None) for family in ("RS", "PS") for size in (256, 384, 512)},
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "EdDSA": ("OKP", "Ed25519"),
}
REQUIRED = ["exp", "iat", "iss", "aud", "sub"]
NOT_NOW = "The sign-in provider cannot be used at this moment; sign in with a password, or try again in a minute."
NOT_ACCEPTED = "The provider's answer was not accepted; begin signing in again."
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
log = structlog.get_logger("leitai.openid")


@dataclass(frozen=True, slots=True)
class Registration:
    """How a provider knows this server, and which claim of it is a login here."""

    issuer: str
    client_id: str
    client_secret: str | None
    claim: str
    redirects: frozenset[str]


@dataclass(slots=True)
class _Kept:
    """An answer, and until when it is not asked for again."""

    value: dict[str, Any] = field(default_factory=dict[str, Any])
    until: float = float("-inf")


def is_safe(url: object) -> bool:
    """https, or plain HTTP on this machine; no user, no fragment."""
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
        host = parts.hostname if parts else None
    except ValueError:
        return False
    if parts is None or not host or parts.fragment or parts.username is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)


def unacceptable(reason: str) -> WrongCredentials:
    """reason: for the log."""
    log.info("openid_refused", reason=reason)
    return WrongCredentials(NOT_ACCEPTED)


def _unavailable(reason: str) -> ProviderUnavailable:
    log.warning("openid_unavailable", reason=reason)
    return ProviderUnavailable(NOT_NOW)


class Provider:
    def __init__(self, registration: Registration) -> None:
        self.registration = registration
        self._configuration, self._keys = _Kept(), _Kept()
        self._looked = float("-inf")  # when keys were last looked for
        self._failed = float("-inf")
        self._asking = asyncio.Lock()
        self._client: httpx.AsyncClient | None = None

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    # ------------------------------------------------------------ what we ask of it

    async def address(self, *, state: str, nonce: str, challenge: str, redirect_uri: str) -> str:
        """Where a browser is sent to sign in there. challenge: S256, as PKCE has it."""
        endpoint = await self._endpoint("authorization_endpoint")
        asked = {
            "response_type": "code",
            "client_id": self.registration.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid profile email" if self.registration.claim != "sub" else "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

    async def identity(self, *, code: str, verifier: str, nonce: str, redirect_uri: str, at: datetime) -> Identity:
        """Whose code it is. WrongCredentials: the provider does not know it, or what it says is not to be believed.
        ProviderUnavailable: it did not answer as it should."""
        endpoint = await self._endpoint("token_endpoint")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": self.registration.client_id,
            "code_verifier": verifier,
        }
        answer = await self._fetch("POST", endpoint, data=form, auth=self._basic(form), refusal=NO)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise unacceptable("no id_token")
        own = self.registration
        try:
            return believed(await self._verified(token), client_id=own.client_id, nonce=nonce, claim=own.claim, at=at)
        except NotBelieved as wrong:
            raise unacceptable(str(wrong)) from None

    def _basic(self, form: dict[str, str]) -> tuple[str, str] | None:
        """The client's secret goes into a header, or into the form of a provider that takes it nowhere else."""
        secret = self.registration.client_secret
        if secret is None:
            return None
        methods = self._configuration.value.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" not in methods and "client_secret_post" in methods:
            form["client_secret"] = secret
            return None
        return quote(self.registration.client_id, safe=""), quote(secret, safe="")

    # ------------------------------------------------------------ what it says

    async def _verified(self, token: str) -> dict[str, Any]:
        """The claims of a token that one of the issuer's keys signed for us; times and nonce are still to be looked
        at."""
        try:
            header = jwt.get_unverified_header(token)
            algorithm = str(header.get("alg"))
            if algorithm not in ALGORITHMS:
                raise unacceptable("algorithm")
            return jwt.decode(
                token,
                await self._key(header.get("kid"), algorithm),
                algorithms=[algorithm],
                audience=self.registration.client_id,
                issuer=self.registration.issuer,
                # Times are looked at by our own clock.
                options={"require": REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
            )
        except jwt.PyJWTError as wrong:
            raise unacceptable(type(wrong).__name__) from None
        except (ValueError, TypeError, RecursionError):
            raise unacceptable("no token") from None

    # ------------------------------------------------------------ its keys and configuration

    async def _key(self, kid: object, algorithm: str) -> Any:
        async with self._asking:
            found = self._chosen(kid, algorithm)
            now = time.monotonic()
            unknown = found is None and now < self._keys.until
            if now >= self._keys.until or (unknown and now >= self._looked + UNKNOWN_KEYS):
                self._looked = now if unknown else self._looked
                endpoint = await self._endpoint("jwks_uri", asking=True)
                self._keys = _Kept(await self._fetch("GET", endpoint), now + KEPT)
                found = self._chosen(kid, algorithm)
        if found is None:
            raise unacceptable("unknown key")
        key = jwt.PyJWK.from_dict(found, algorithm=algorithm).key
        if isinstance(key, RSAPublicKey) and key.key_size < LEAST_RSA:
            raise unacceptable("weak key")
        return key

    def _chosen(self, kid: object, algorithm: str) -> dict[str, Any] | None:
        """The key of that id, or the only one where none is named, if it is for this algorithm."""
        listed = self._keys.value.get("keys")
        keys = cast(list[object], listed)[:MOST_KEYS] if isinstance(listed, list) else []
        kind, curve = ALGORITHMS[algorithm]
        fitting = [
            one
            for one in (cast(dict[str, Any], key) for key in keys if isinstance(key, dict))
            if one.get("kty") == kind
            and (curve is None or one.get("crv") == curve)
            and one.get("use", "sig") == "sig"
            and one.get("alg", algorithm) == algorithm
            and (kid is None or one.get("kid") == kid)
        ]
        return fitting[0] if len(fitting) == 1 else None

    async def _endpoint(self, name: str, *, asking: bool = False) -> str:
        """Of its configuration. asking: the lock is held."""
        if time.monotonic() >= self._configuration.until:
            if asking:
                await self._configure()
            else:
                async with self._asking:
                    await self._configure()
        found = self._configuration.value.get(name)
        if not is_safe(found):
            raise _unavailable(f"{name} is no https address")
        return str(found)

    async def _configure(self) -> None:
        now = time.monotonic()
        if now < self._configuration.until:
            return  # somebody else asked meanwhile
        issuer = self.registration.issuer
        found = await self._fetch("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != issuer:
            raise _unavailable("its configuration names another issuer")
        self._configuration = _Kept(found, now + KEPT)

    # ------------------------------------------------------------ over the network

    async def _fetch(self, method: str, url: str, *, refusal: Sequence[int] = (), **options: Any) -> dict[str, Any]:
        """One JSON object. WrongCredentials: a status that means no. ProviderUnavailable: anything else than 200."""
        if time.monotonic() < self._failed + AFTER_FAILURE:
            raise _unavailable("it did not answer just now")
        try:
            async with asyncio.timeout(TIMEOUT):
                status, body = await self._bounded(method, url, **options)
        except (TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            self._fail(type(error).__name__)
        if status in refusal:
            raise unacceptable("the provider refused the code")
        if status != 200:
            self._fail(f"status {status}")
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            self._fail("no JSON")
        if not isinstance(found, dict):
            self._fail("no JSON object")
        return cast(dict[str, Any], found)

    def _fail(self, reason: str) -> NoReturn:
        self._failed = time.monotonic()
        raise _unavailable(reason) from None

    async def _bounded(self, method: str, url: str, **options: Any) -> tuple[int, bytes]:
        if self._client is None:  # made when first needed: it reads all certificates
            local = urlsplit(self.registration.issuer).hostname in LOOPBACK
            self._client = httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False, trust_env=not local)
        headers = {"accept": "application/json", "accept-encoding": "identity"}
        options = {name: value for name, value in options.items() if value is not None}
        async with self._client.stream(method, url, headers=headers, **options) as answer:
            body = bytearray()
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise httpx.DecodingError("too long an answer")
            return answer.status_code, bytes(body)
