"""The key that signs block chains: from the environment, or kept beside a SQLite database."""

import os
import secrets
from pathlib import Path

import structlog

import models
from app import key_texts
from app.settings import Settings, SettingsRefused
from resolvers.signing import KEY_BYTES, Signer

log = structlog.get_logger("leitai.signing")


def signer(settings: Settings) -> Signer | None:
    """None: PostgreSQL and no key, for each machine would have its own; blocks can't be changed then.
    SettingsRefused: the key is none."""
    if settings.signing_key:
        return Signer(_read(settings.signing_key, "LEITAI_SIGNING_KEY"))
    if not settings.database_url.startswith("sqlite"):
        log.warning("no_signing_key", what="blocks can't be changed: set LEITAI_SIGNING_KEY, see docs/operations.md")
        return None
    file = key_file(settings.database_url)
    if not file.exists():
        keep_secret(file, f"{secrets.token_bytes(KEY_BYTES).hex()}\n")
    return Signer(_read(file.read_text(encoding="ascii", errors="replace"), str(file)))


def seal_ledger(made: Signer | None) -> None:
    """The ledger's seals are made with a key from outside the database, where there is one."""
    models.seals.use(made.derived("leitai-ledger-seal-v1") if made else None)


def key_file(database_url: str) -> Path:
    """Beside a SQLite database."""
    path = database_url.partition("://")[2].partition("?")[0]
    return Path(f"{path}.key")


def keep_secret(file: Path, text: str) -> None:
    """Whole or not at all, and once, however many begin together; readable by the owner alone."""
    part = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as written:
            written.write(text)
            written.flush()
            os.fsync(written.fileno())
        try:
            os.link(part, file)
        except FileExistsError:
            return  # another was first
    finally:
        part.unlink()


def _read(text: str, where: str) -> bytes:
    try:
        return key_texts.signing_key(text)
    except ValueError as fault:
        raise SettingsRefused(f"{where} {fault}") from None
