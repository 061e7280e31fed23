"""Signing in through an OpenID Connect provider: begun by a browser, ended by the same one, once, within ten minutes.

The browser keeps a secret of 256 bits, from which its nonce and the verifier of PKCE follow; here stand only hashes. A
code that was caught, or a state that was planted in another browser, is of no use without it.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import models
from models import Account
from resolvers.accounts import rate_limits, sign_in
from resolvers.accounts.rate_limits import Paced
from resolvers.openid_provider import Provider, unacceptable
from resolvers.session import Session, Viewer
from rules.id_tokens import Identity
from rules.ip_networks import network
from rules.refusals import InvalidInput, ProviderUnavailable, TooManyAttempts
from rules.texts import sayable

STATE_LIFE = timedelta(minutes=10)
MOST_OPEN = 20_000  # sign-ins under way, of all
LONGEST = 4096  # characters of a code
# A company of 2,000 that comes to work within half an hour begins one a second.
OF_BEGUN = Paced("openid begun", 300, timedelta(seconds=1), "sign-ins begun at this address")
OF_FAILED = Paced("openid failed", 50, timedelta(seconds=5), "failed sign-ins at this address")
NOT_SET_UP = "Signing in through a provider is not set up here; sign in with login and password."


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and the secret that it keeps meanwhile."""

    address: str
    secret: str
    expires_at: datetime


def provider_of(session: Session) -> Provider:
    if session.provider is None:
        raise ProviderUnavailable(NOT_SET_UP)
    return session.provider


def _drawn(secret: str, purpose: str) -> str:
    """43 characters that only who knows the secret can say."""
    made = hmac.new(secret.encode("utf-8", "surrogatepass"), purpose.encode(), hashlib.sha256).digest()
    return _text(made)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


async def begin(session: Session, redirect_uri: str) -> Begun:
    """InvalidInput: not an address that the operator allows to come back to."""
    provider, now = provider_of(session), session.now()
    if redirect_uri not in provider.registration.redirects:
        raise InvalidInput.at("redirectUri", "redirectUri is none of those that this server allows.")
    await rate_limits.take(now, (OF_BEGUN, network(session.address)))
    state, secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    challenge = _text(hashlib.sha256(_drawn(secret, "verifier").encode()).digest())
    nonce = _drawn(secret, "nonce")
    address = await provider.address(state=state, nonce=nonce, challenge=challenge, redirect_uri=redirect_uri)
    async with models.database.transaction():
        kept = await models.openid.keep_state(state, secret, redirect_uri, now, now + STATE_LIFE, MOST_OPEN)
    if not kept:
        raise TooManyAttempts("Too many sign-ins are under way; try again in a minute.", 60)
    return Begun(address, secret, now + STATE_LIFE)


async def finish(session: Session, code: str, state: str, secret: str) -> tuple[str, Viewer]:
    """As sessions.sign_in: a new token and its viewer. WrongCredentials does not say what was wrong."""
    provider, now = provider_of(session), session.now()
    counted = await rate_limits.take(now, (OF_FAILED, network(session.address)))
    redirect_uri = await models.openid.take_state(state, secret, now)
    if redirect_uri is None:
        raise unacceptable("state")
    if not 1 <= len(code) <= LONGEST or not sayable(code):
        raise unacceptable("code")
    identity = await provider.identity(
        code=code,
        verifier=_drawn(secret, "verifier"),
        nonce=_drawn(secret, "nonce"),
        redirect_uri=redirect_uri,
        at=now,
    )
    async with models.database.transaction():
        linked = await models.openid.linked(identity.issuer, identity.subject)
        account = linked or await _claimed(identity)
        token, viewer = await sign_in.begun(session, account, now)
        if viewer.display_id is not None or viewer.service is not None:
            raise unacceptable("no person's account")
        if not linked and not await models.openid.link(identity.issuer, identity.subject, account.id, now):
            raise unacceptable("the login is linked to another subject")
    await rate_limits.give_back(counted, now)
    session.viewer = viewer
    return token, viewer


async def _claimed(identity: Identity) -> Account:
    """Whose login the claim is: at first. Nobody is made."""
    # Not read as it is meant, as typed.login does: one who registers as `ａｄｍｉｎ` elsewhere is not `admin` here.
    login = identity.login.strip().casefold() if identity.login else ""
    account = await sign_in.account_of(login)
    if account is None:
        raise unacceptable("no such login")
    return account
