"""What an ID token has to say to be believed, once its signature, issuer and audience are known to be right."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

LEEWAY = timedelta(seconds=30)  # between its clock and ours
OLDEST = timedelta(minutes=11)  # a sign-in takes ten minutes at most
MOST_SUBJECT = 255  # characters, as OpenID Connect has it


class NotBelieved(Exception):
    """The message says what is wrong with it, for the log."""


@dataclass(frozen=True, slots=True)
class Identity:
    """subject: for ever the same person of that issuer. login: what the claim says now; None: nothing of use."""

    issuer: str
    subject: str
    login: str | None


def believed(claims: Mapping[str, Any], *, client_id: str, nonce: str, claim: str, at: datetime) -> Identity:
    """Whom it speaks of. NotBelieved: not now, not to this client alone, or not to this browser."""
    _timely(claims, at)
    aud = claims["aud"]
    several = isinstance(aud, list) and len(cast(Sequence[object], aud)) > 1
    if claims.get("azp", None if several else client_id) != client_id:
        raise NotBelieved("azp")
    said = claims.get("nonce")
    if not isinstance(said, str) or not hmac.compare_digest(said.encode("utf-8", "replace"), nonce.encode()):
        raise NotBelieved("nonce")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 1 <= len(subject) <= MOST_SUBJECT:
        raise NotBelieved("sub")
    return Identity(str(claims["iss"]), subject, _login(claims, claim))


def _timely(claims: Mapping[str, Any], at: datetime) -> None:
    expires, issued = _moment(claims, "exp"), _moment(claims, "iat")
    begins = _moment(claims, "nbf") if "nbf" in claims else issued
    now, leeway = at.timestamp(), LEEWAY.total_seconds()
    if expires <= now - leeway:
        raise NotBelieved("expired")
    if max(issued, begins) > now + leeway:
        raise NotBelieved("issued in the future")
    if issued < now - OLDEST.total_seconds() - leeway:
        raise NotBelieved("issued long ago")


def _moment(claims: Mapping[str, Any], name: str) -> float:
    found = claims.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise NotBelieved(name)
    return found


def _login(claims: Mapping[str, Any], claim: str) -> str | None:
    said = claims.get(claim)
    if not isinstance(said, str) or not said.strip():
        return None
    if claim == "email" and claims.get("email_verified") is not True:
        return None  # anybody may write anybody's address into a profile
    return said
