"""The keys that encrypt phone numbers: from the environment, or kept beside a SQLite database."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from app import key_texts
from app.keys.signing import keep_secret
from app.settings import Settings, SettingsRefused
from models import phones
from models.phones import DataKey

KEY_BYTES = 32


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
    try:
        return key_texts.data_keys(text)
    except ValueError as fault:
        raise SettingsRefused(f"{where} {fault}".replace(" ,", ",")) from None


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
