"""What is wrong with settings, so that a person can put it right: variable, value as given, what would be right."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import ValidationError

PREFIX = "LEITAI_"
# Never repeated.
SECRET = {
    "LEITAI_SIGNING_KEY",
    "LEITAI_DATA_KEYS",
    "LEITAI_OIDC_CLIENT_SECRET",
    "LEITAI_ADMIN_PASSWORD",
    "LEITAI_MEMBER_PASSWORD",
    "LEITAI_WATCH_PASSWORD",
}
KEYS = {"LEITAI_SIGNING_KEY", "LEITAI_DATA_KEYS"}
VERBATIM = SECRET - KEYS  # blanks and quotes may belong to them
URLS = {"DATABASE_URL", "REDIS_URL"}  # shown without passwords
CLOSE = 0.86  # of difflib: one or two letters


class SettingsRefused(Exception):
    """A setting that can't be used; the message names the variable and what would be right."""


def sentence(faults: list[str]) -> str:
    if len(faults) == 1:
        return f"This setting can't be used. {faults[0]}"
    return "\n".join([f"{len(faults)} settings can't be used.", *(f"  {one}" for one in faults)])


def cleaned(given: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Without blanks around, what is empty left out; and what is wrong already."""
    kept: dict[str, Any] = {}
    faults: list[str] = []
    for name, value in given.items():
        if isinstance(value, str):
            value = value if name in VERBATIM else value.strip()
            if not value:
                continue
            if name not in VERBATIM and (value[0] in "\"'" or value[-1] in "\"'"):
                faults.append(f"{_shown(name, value)}: it is in quotes; files of Docker keep them, so leave them out.")
                continue
        kept[name] = value
    return kept, faults


def of(error: ValidationError, given: Mapping[str, Any], kinds: Mapping[str, Any]) -> list[str]:
    faults: dict[str, str] = {}
    for one in error.errors():
        name = str(one["loc"][0]) if one["loc"] else "A setting"
        value = given.get(name)
        cause = one.get("ctx", {}).get("error")
        if name in KEYS and cause:
            faults[name] = f"{name} {cause}".replace(" ,", ",")
        else:
            faults[name] = f"{_shown(name, value)}: {cause or _wanted(one, kinds.get(name))}."
    return list(faults.values())


def between(given: Mapping[str, Any]) -> list[str]:
    """What is wrong only beside another setting."""
    issuer, faults = given.get("LEITAI_OIDC_ISSUER"), []
    beside = [name for name in ("LEITAI_OIDC_CLIENT_ID", "LEITAI_OIDC_REDIRECTS") if not given.get(name)]
    if issuer and beside:
        faults.append(f"LEITAI_OIDC_ISSUER needs {' and '.join(beside)} beside it.")
    if not issuer and len(beside) < 2:
        faults.append("LEITAI_OIDC_CLIENT_ID and LEITAI_OIDC_REDIRECTS need LEITAI_OIDC_ISSUER beside them.")
    return faults


def misspelt(environment: Iterable[str], known: list[str]) -> list[str]:
    """Variables that are surely meant for a setting and are none."""
    found = unknown(environment, known)
    return [f"{name} is no setting; {near} is." for name, near in found if near]


def unknown(environment: Iterable[str], known: list[str]) -> list[tuple[str, str | None]]:
    """Each with the setting whose name is close to its own. Orchestrators put LEITAI_… variables of their own there."""
    strangers = [name for name in environment if name.startswith(PREFIX) and name not in known]
    ours = [name for name in known if name.startswith(PREFIX)]
    return [(name, next(iter(get_close_matches(name, ours, 1, CLOSE)), None)) for name in sorted(strangers)]


def _shown(name: str, value: Any) -> str:
    if name in SECRET or value is None:
        return name
    text = ",".join(value) if isinstance(value, list) else str(value)
    text = without_password(text) if name in URLS else re.sub(r"//[^/,]*@", "//***@", text)
    return f'{name}="{text}"' if len(text) <= 200 else f'{name}="{text[:200]}…"'


def without_password(url: str) -> str:
    scheme, separator, rest = url.partition("://") if "://" in url else ("", "", url)
    rest = re.sub(r"password=[^&]*", "password=***", rest)
    _, at, place = rest.rpartition("@")
    shown = f"***@{place}" if at else re.sub(r":(?![0-9]{1,5}(?:[/?]|$))[^/?]*", ":***", rest)
    return f"{scheme}{separator}{shown}"


def _wanted(error: Any, kind: Any) -> str:
    limits = error.get("ctx", {})
    if error["type"].startswith("literal"):
        return f"write {limits['expected'].replace(chr(39), '')}"
    if kind is bool or bool in get_args(kind):
        return "write true or false"
    if kind in (int, float):
        return "write a whole number from 1" if kind is int else "write a number above 0 and at most 1"
    return error["msg"]
