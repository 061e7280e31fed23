"""The keys that encrypt phone numbers: from the environment, or kept beside a SQLite database."""

import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path

from app.settings import Settings, SettingsRefused
from app.signing import keep_secret
from models import phones
from models.phones import DataKey

KEY_BYTES = 32
ID = re.compile(r"[a-z0-9-]{1,16}")
WANTED = "one or more of id:key, separated by commas; an id has 1 to 16 of a–z, 0–9 and -, a key 64 hex digits"


def use(settings: Settings) -> None:
    """From now on in this process. SettingsRefused: LEITAI_DATA_KEYS can't be read."""
    if settings.data_keys:
        given = read(settings.data_keys, "LEITAI_DATA_KEYS")
        phones.use(lambda _: given)
    else:
        phones.use(file_in_use(settings))


def file_in_use(settings: Settings) -> "KeyFile | None":
    """None: keys come from the environment, or there are none."""
    if settings.data_keys or not settings.database_url.startswith("sqlite"):
        return None
    return KeyFile(key_file(settings.database_url))


async def check() -> None:
    """SettingsRefused: numbers are encrypted with a key that this process was not given."""
    if lacking := await phones.missing():
        raise SettingsRefused(
            f"Phone numbers are encrypted with {', '.join(lacking)}, and this key is not known here."
            " Put it into LEITAI_DATA_KEYS; on SQLite, back beside the database as docs/privacy.md says."
        )


def key_file(database_url: str) -> Path:
    """Beside a SQLite database."""
    path = database_url.partition("://")[2].partition("?")[0]
    return Path(f"{path}.datakeys")


def read(text: str, where: str) -> list[DataKey]:
    """SettingsRefused: it is none, or names a key twice. What it holds is not repeated."""
    keys: list[DataKey] = []
    for number, one in enumerate((part.strip() for part in text.replace("\n", ",").split(",") if part.strip()), 1):
        id, _, key = one.partition(":")
        try:
            secret = bytes.fromhex(key)
        except ValueError:
            secret = b""
        if not ID.fullmatch(id) or len(secret) != KEY_BYTES:
            raise SettingsRefused(f"{where}, entry {number}, is no key: it holds {WANTED}.")
        if any(known.id == id for known in keys):
            raise SettingsRefused(f"{where} holds two keys with the id {id}; give the new one an id of its own.")
        keys.append(DataKey(id, secret))
    if not keys:
        raise SettingsRefused(f"{where} holds no key: it holds {WANTED}.")
    return keys


class KeyFile:
    """Read again when it changed, for another process may have put a new key first; made when first needed."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._kept: Sequence[DataKey] = ()
        self._seen: tuple[int, int, int] | None = None

    def __call__(self, needed: bool) -> Sequence[DataKey]:
        try:
            found = self.file.stat()
        except FileNotFoundError:
            if not needed:
                return ()
            keep_secret(self.file, f"{new_key()}\n")
            found = self.file.stat()
        seen = found.st_mtime_ns, found.st_ino, found.st_size
        if seen != self._seen:
            self._kept = read(self.file.read_text(encoding="ascii", errors="replace"), str(self.file))
            self._seen = seen
        return self._kept

    def put_first(self) -> None:
        """A new key, before those that are there."""
        part = self.file.with_name(f"{self.file.name}.{secrets.token_hex(8)}")
        kept = self.file.read_text(encoding="ascii")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as written:
            written.write(f"{new_key()}\n{kept}")
            written.flush()
            os.fsync(written.fileno())
        part.replace(self.file)


def new_key() -> str:
    return f"{secrets.token_hex(4)}:{secrets.token_bytes(KEY_BYTES).hex()}"
