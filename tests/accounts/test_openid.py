"""Signing in through a provider: who comes in, and what everybody else tried."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from openid import CLIENT, REDIRECT, Front, OpenId, Signing, ec_key, published, rsa_key
from screens import paired
from world import Company, Person, World

from app import openid as wiring
from app.settings import Settings, SettingsRefused
from models import Account, Member, sql
from resolvers.accounts import openid
from resolvers.accounts.openid import Paced
from rules.refusals import InvalidInput, TooManyAttempts, WrongCredentials
from rules.roles import Role

BEGIN = """mutation ($input: BeginOpenIdSignInInput!) { beginOpenIdSignIn(input: $input) {
  __typename ... on BeginOpenIdSignInSuccess { address secret expiresAt } ... on UserError { message } } }"""


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


# ---------------------------------------------------------------- who comes in


async def test_a_member_comes_in_by_the_claim_and_then_by_its_subject(front: Front, li: Person) -> None:
    assert (await front.signed_in()).member_id == li.id
    front.theirs.person = {"sub": front.theirs.person["sub"], "preferred_username": "renamed there"}
    assert (await front.signed_in()).member_id == li.id
    assert front.theirs.asked["/.well-known/openid-configuration"] == front.theirs.asked["/keys"] == 1, "kept"


async def test_the_browser_is_sent_with_a_challenge_and_without_its_secret(front: Front, li: Person) -> None:
    own = await front.begun()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(own.address).query).items()}

    assert asked["code_challenge_method"] == "S256"
    assert min(len(asked[name]) for name in ("code_challenge", "nonce", "state")) >= 43
    assert own.secret not in own.address
    kept = str(await sql.rows("SELECT * FROM openid_states"))
    assert REDIRECT in kept
    assert not any(one in kept for one in (own.secret, asked["state"], asked["nonce"]))


async def test_subjects_are_kept_so_that_nobody_can_read_them(front: Front, li: Person) -> None:
    await front.signed_in()
    kept = str(await sql.rows("SELECT * FROM openid_identities"))
    assert str(li.account.id) in kept
    assert front.theirs.person["sub"] not in kept
    assert front.theirs.issuer not in kept


async def test_other_asymmetric_signatures_are_good_too(front: Front, li: Person) -> None:
    keys = {"ES384": ec_key(ec.SECP384R1()), "EdDSA": ed25519.Ed25519PrivateKey.generate()}
    for algorithm in ("RS256", "PS256", "ES384", "EdDSA"):
        key = keys.get(algorithm) or rsa_key()
        front.theirs.signing, front.theirs.keys = Signing(algorithm, key), [published(key)]
        fresh = Front.of(front.world, front.theirs)
        assert (await fresh.signed_in()).member_id == li.id
        await fresh.provider.close()


async def test_a_provider_that_takes_the_secret_in_the_form_gets_it_there(front: Front, li: Person) -> None:
    front.theirs.configuration = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert (await front.signed_in()).member_id == li.id


async def test_a_rotated_key_is_found_once_a_minute(front: Front, li: Person) -> None:
    await front.signed_in()
    new = ec_key()
    front.theirs.signing, front.theirs.keys = Signing("ES256", new, "2"), [published(new, "2")]
    assert (await front.signed_in()).member_id == li.id
    for kid in ("3", "4", "5"):  # nobody makes us ask again and again
        front.theirs.signing = Signing("ES256", new, kid)
        assert await front.refused() is WrongCredentials
    assert front.theirs.asked["/keys"] == 2


# ---------------------------------------------------------------- who does not


async def test_nobody_is_made_and_nobody_inactive_comes_in(front: Front, company: Company, li: Person) -> None:
    before = await Account.all().count()
    front.theirs.person = {"sub": "1", "preferred_username": "nobody here"}
    assert await front.refused() is WrongCredentials
    assert await Account.all().count() == before
    front.theirs.person = {"sub": "2", "preferred_username": "li"}
    await Member.filter(id=li.id).update(active=False)
    assert await front.refused() is WrongCredentials
    assert await sql.rows("SELECT * FROM openid_identities") == [], "and nothing is linked"


async def test_a_login_that_is_linked_is_no_other_subjects(front: Front, li: Person) -> None:
    await front.signed_in()
    front.theirs.person = {"sub": "somebody new, given the old name", "preferred_username": "li"}
    assert await front.refused() is WrongCredentials


async def test_no_screen_comes_in(front: Front, company: Company) -> None:
    secretary = await front.world.member("王芳", at=company.root, roles=[Role.SECRETARY])
    screen = await paired(front.world, secretary, company.root)
    front.theirs.person = {"sub": "1", "preferred_username": screen.account.login}
    assert await front.refused() is WrongCredentials


async def test_an_address_of_mail_counts_when_the_provider_verified_it(front: Front, company: Company) -> None:
    wu = await front.world.member("吴刚", at=company.first, login="wu@example.org")
    by_mail = Front.of(front.world, front.theirs, claim="email")
    for verified in (None, False, "true", 1):
        front.theirs.person = {"sub": "1", "email": "wu@example.org", "email_verified": verified}
        assert await by_mail.refused() is WrongCredentials, verified
    front.theirs.person = {"sub": "1", "email": "Wu@example.org", "email_verified": True}
    assert (await by_mail.signed_in()).member_id == wu.id
    await by_mail.provider.close()


# ---------------------------------------------------------------- codes and states


async def test_a_code_and_a_state_are_good_once(front: Front, li: Person) -> None:
    own = await front.begun()
    came_back = await front.theirs.sign_in(own.address)
    await front.finished(own, came_back)
    with pytest.raises(WrongCredentials):
        await front.finished(own, came_back)
    other = await front.begun()
    with pytest.raises(WrongCredentials):  # an old code with a new state
        await front.finished(other, {**await front.theirs.sign_in(other.address), "code": came_back["code"]})


async def test_a_state_of_another_browser_is_nobodys(front: Front, li: Person) -> None:
    """The attacker signs in there as itself, and has the victim's browser finish; or catches the victim's code."""
    attackers, victims = await front.begun(), await front.begun()
    caught = await front.theirs.sign_in(attackers.address)
    with pytest.raises(WrongCredentials):
        await front.finished(victims, caught)
    swapped = {**caught, "state": (await front.theirs.sign_in(victims.address))["state"]}
    with pytest.raises(WrongCredentials):  # PKCE: the code is of another verifier
        await front.finished(victims, swapped)
    assert (await front.finished(attackers, await front.theirs.sign_in(attackers.address))).member_id == li.id


async def test_a_sign_in_has_to_end_within_ten_minutes(front: Front, li: Person) -> None:
    own = await front.begun()
    came_back = await front.theirs.sign_in(own.address)
    front.world.clock.advance(minutes=10)
    with pytest.raises(WrongCredentials):
        await front.finished(own, came_back)
    await front.begun()
    assert len(await sql.rows("SELECT * FROM openid_states")) == 1, "old ones are forgotten"


async def test_text_that_is_no_code_is_only_wrong(front: Front, li: Person) -> None:
    for bad in ("", "\ud800", "a\0b", "x" * 5000):
        for wrong in ("state", "code"):
            own = await front.begun()
            with pytest.raises(WrongCredentials):
                await front.finished(own, {**await front.theirs.sign_in(own.address), wrong: bad})
        with pytest.raises(InvalidInput):
            await front.begun(bad)


async def test_sign_ins_under_way_and_failures_are_bounded(
    front: Front, li: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid, "OF_BEGUN", Paced("begun", 2, timedelta(seconds=1), "sign-ins begun"))
    monkeypatch.setattr(openid, "OF_FAILED", Paced("failed", 2, timedelta(seconds=5), "failed sign-ins"))
    [first, _] = [await front.begun() for _ in range(2)]
    with pytest.raises(TooManyAttempts):
        await front.begun()
    for expected in (WrongCredentials, WrongCredentials, TooManyAttempts):
        with pytest.raises(expected):
            await front.finished(first, {"code": "x", "state": "guessed"})
    monkeypatch.setattr(openid, "MOST_OPEN", 2)
    front.world.clock.advance(minutes=1)
    with pytest.raises(TooManyAttempts):
        await front.begun()


# ---------------------------------------------------------------- settings and schema


async def test_where_none_is_set_up_it_is_said(world: World) -> None:
    answer = (await world.ask(None, BEGIN, input={"redirectUri": REDIRECT}))["beginOpenIdSignIn"]
    assert answer["__typename"] == "ProviderUnavailable"


def test_half_a_provider_is_refused_at_the_start() -> None:
    whole = {
        "LEITAI_OIDC_ISSUER": "https://login.example.org",
        "LEITAI_OIDC_CLIENT_ID": CLIENT,
        "LEITAI_OIDC_REDIRECTS": f"{REDIRECT}, http://localhost:5173/",
    }
    made = wiring.provider(Settings.model_validate(whole))
    assert made is not None
    assert made.registration.redirects == {REDIRECT, "http://localhost:5173/"}
    assert wiring.provider(Settings.model_validate({})) is None
    for wrong in (
        {"LEITAI_OIDC_CLIENT_ID": ""},
        {"LEITAI_OIDC_REDIRECTS": ""},
        {"LEITAI_OIDC_ISSUER": "http://login.example.org"},
        {"LEITAI_OIDC_REDIRECTS": "http://front.example/"},
        {"LEITAI_OIDC_REDIRECTS": "https://front.example/#x"},
    ):
        with pytest.raises(SettingsRefused):
            wiring.provider(Settings.model_validate({**whole, **wrong}))
