"""What a provider says that is not true, and what becomes of a provider in trouble."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from openid import CLIENT, Answer, Front, OpenId, Signing, ec_key, published, rsa_key
from world import Company, Person, World

from resolvers import openid_provider
from rules.refusals import ProviderUnavailable, WrongCredentials

# Nothing of it depends on the engine.
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
async def company(world: World) -> Company:
    return await world.company()


@pytest.fixture
async def li(world: World, company: Company) -> Person:
    return await world.member("李强", at=company.first, login="li")


@pytest.fixture
async def front(world: World) -> AsyncIterator[Front]:
    made = Front.of(world, OpenId(world.clock))
    yield made
    await made.provider.close()
    made.theirs.close()


def part(of: object) -> str:
    """Of a token."""
    return base64.urlsafe_b64encode(json.dumps(of).encode()).rstrip(b"=").decode()


def with_secret(claims: dict[str, Any], secret: bytes) -> str:
    signed = f"{part({'alg': 'HS256', 'kid': '1'})}.{part(claims)}"
    made = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


# ---------------------------------------------------------------- tokens that lie


WRONG: list[dict[str, Any]] = [
    {"nonce": "another"},
    {"nonce": None},
    {"nonce": 1},
    {"aud": "another client"},
    {"aud": []},
    {"aud": [CLIENT, "another client"]},
    {"aud": [CLIENT, "another client"], "azp": "another client"},
    {"azp": "another client"},
    {"iss": "https://elsewhere.example"},
    {"iss": None},
    {"sub": None},
    {"sub": ""},
    {"sub": "x" * 256},
    {"exp": None},
    {"exp": "9999999999"},
    {"exp": True},
    {"iat": None},
    {"preferred_username": ["li"]},
]


async def test_a_claim_that_is_wrong_is_not_believed(front: Front, li: Person) -> None:
    for claims in WRONG:
        front.theirs.claims = claims
        assert await front.refused() is WrongCredentials, claims
    front.theirs.claims = {"aud": [CLIENT, "another client"], "azp": CLIENT}
    assert (await front.signed_in()).member_id == li.id


async def test_times_may_differ_by_half_a_minute_and_no_more(front: Front, li: Person) -> None:
    now = int(front.world.clock.now.timestamp())
    for claims in ({"exp": now - 20}, {"iat": now + 20}, {"nbf": now + 20}, {"iat": now - 600}):
        front.theirs.claims = claims
        assert (await front.signed_in()).member_id == li.id, claims
    for claims in ({"exp": now - 60}, {"iat": now + 90}, {"nbf": now + 90}, {"iat": now - 3600}):
        front.theirs.claims = claims
        assert await front.refused() is WrongCredentials, claims


async def test_an_unsigned_token_and_one_signed_with_the_public_key_are_not_believed(front: Front, li: Person) -> None:
    key = rsa_key()
    front.theirs.keys = [published(key)]
    own = await front.begun()
    nonce = parse_qs(urlsplit(own.address).query)["nonce"][0]
    claims = jwt.decode(front.theirs.made(nonce), options={"verify_signature": False})
    good = jwt.encode(claims, key, "RS256", {"kid": "1"})
    other = jwt.encode({**claims, "sub": "somebody else"}, key, "RS256", {"kid": "1"})
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    forged = [
        *(f"{part({'alg': algorithm, 'kid': '1'})}.{part(claims)}." for algorithm in ("none", "None", "NONE", "")),
        with_secret(claims, public),
        good[:-8] + "A" * 8,
        jwt.encode(claims, ec_key(), "ES256", {"kid": "1"}),  # the id is another kind of key's
        f"{other.rpartition('.')[0]}.{good.rpartition('.')[2]}",
        *(".", "a.b.c", f"{good}.x", "null", "\ud800", f"{part([])}.{part(claims)}.x"),
    ]
    for token in forged:
        with pytest.raises(WrongCredentials):
            await front.provider._verified(token)
    assert (await front.provider._verified(good))["nonce"] == nonce, "which is what a good one looks like"
    front.theirs.token = forged[0]
    with pytest.raises(WrongCredentials):
        await front.finished(own, await front.theirs.sign_in(own.address))


async def test_a_key_not_made_for_this_is_not_used(front: Front, li: Person) -> None:
    weak = rsa_key(1024)
    for made in ({"use": "enc"}, {"alg": "RS512"}, {}):
        key = weak if not made else rsa_key()
        front.theirs.signing, front.theirs.keys = Signing("RS256", key), [published(key, **made)]
        fresh = Front.of(front.world, front.theirs)
        assert await fresh.refused() is WrongCredentials, made
        await fresh.provider.close()


# ---------------------------------------------------------------- a provider in trouble


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500),
        Answer(302, headers={"location": "http://127.0.0.1:1/"}),
        Answer(body=b'{"id_token": "a.b.c", "and": "' + b"x" * 3_000_000 + b'"}'),
        Answer(body=b"[" * 100_000),
        Answer(body=b"[]"),
        Answer(body=b"\xff"),
    ],
)
async def test_a_provider_that_answers_nonsense_is_unavailable(front: Front, li: Person, answer: Answer) -> None:
    own = await front.begun()
    came_back = await front.theirs.sign_in(own.address)
    front.theirs.answers["/token"] = answer
    with pytest.raises(ProviderUnavailable):
        await front.finished(own, came_back)
    fresh = Front.of(front.world, front.theirs)
    front.theirs.answers["/.well-known/openid-configuration"] = answer
    with pytest.raises(ProviderUnavailable):
        await fresh.begun()
    await fresh.provider.close()


async def test_a_provider_that_is_slow_or_gone_is_not_waited_for(
    front: Front, li: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid_provider, "TIMEOUT", 0.3)
    front.theirs.answers["/.well-known/openid-configuration"] = Answer(seconds=3)
    began = time.monotonic()
    for _ in range(5):  # and after the first not even asked
        with pytest.raises(ProviderUnavailable):
            await front.begun()
    assert time.monotonic() - began < 2
    assert front.theirs.asked["/.well-known/openid-configuration"] == 1
    gone = Front.of(front.world, front.theirs, issuer="http://127.0.0.1:1")
    with pytest.raises(ProviderUnavailable):
        await gone.begun()
    await gone.provider.close()


@pytest.mark.parametrize(
    "configuration",
    [
        {"issuer": "https://elsewhere.example"},
        {"authorization_endpoint": "http://elsewhere.example/authorize"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": None},
    ],
)
async def test_a_configuration_that_leads_elsewhere_is_not_followed(
    front: Front, configuration: dict[str, Any]
) -> None:
    front.theirs.configuration = configuration
    with pytest.raises(ProviderUnavailable):
        await front.begun()
