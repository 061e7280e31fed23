"""What a member's fields may hold."""

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

import models
from resolvers.session import Session
from rules import periods, phones, texts, typed
from rules.refusals import Checks, InvalidInput

MOST_NAME, MOST_LOGIN = 100, 100  # characters


def name(checks: Checks, given: str) -> str:
    return _named(checks, checks.line(given, "name", least=1, most=MOST_NAME), "name")


def alias(checks: Checks, given: str) -> str | None:
    return _named(checks, checks.line(given, "alias", most=MOST_NAME), "alias") or None


def _named(checks: Checks, kept: str, path: str) -> str:
    checks.that(not kept or not texts.nameless(kept), path, f"{path} needs a letter, a digit or a picture.")
    return kept


def phone(checks: Checks, given: str) -> str | None:
    """Without spaces and dashes; None for an empty one."""
    kept = phones.kept(given)
    checks.that(
        not kept or phones.PHONE.fullmatch(kept) is not None,
        "phone",
        "phone is 5 to 20 digits, with a + first where it is abroad.",
    )
    return kept or None


def login(checks: Checks, given: str) -> str:
    kept = checks.line(typed.login(given), "login", least=1, most=MOST_LOGIN)
    checks.that(not any(letter.isspace() for letter in kept), "login", "A login has no spaces.")
    return kept


def changes(checks: Checks, new_name: str | None, new_phone: str | None, joined_on: date | None) -> dict[str, Any]:
    """Columns with their new values, the phone as it was given; what is None is left out."""
    found: dict[str, Any] = {}
    if new_name is not None:
        found["name"] = name(checks, new_name)
    if new_phone is not None:
        found["phone"] = phone(checks, new_phone)
    if joined_on is not None:
        found["joined_on"] = joined_on
    return found


def sealed(member_id: UUID, number: str | None) -> dict[str, str | None]:
    """A number's columns. InvalidInput: this server can keep none."""
    try:
        return asdict(models.phones.seal(member_id, number))
    except models.phones.NoDataKey as missing:
        raise InvalidInput.at("phone", str(missing)) from missing


def joined(session: Session, joined_on: date | None, zone: str) -> None:
    """InvalidInput for a day that has not begun there."""
    if joined_on and joined_on > periods.local_day(session.now(), zone):
        raise InvalidInput.at("joinedOn", "joinedOn lies in the future.")
