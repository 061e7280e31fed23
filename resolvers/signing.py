"""Ed25519: the key that signs the heads of block chains. Whoever wires the application hands the signer down."""

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Signed:
    """All but the statement in lower-case hex."""

    statement: str
    signature: str
    key_id: str
    public_key: str


class Signer:
    def __init__(self, key: bytes) -> None:
        """ValueError: the key has not 32 bytes."""
        self._key = Ed25519PrivateKey.from_private_bytes(key)
        self.public_key = self._key.public_key().public_bytes_raw().hex()
        self.key_id = key_id(self.public_key)

    def sign(self, statement: str) -> Signed:
        return Signed(statement, self._key.sign(statement.encode()).hex(), self.key_id, self.public_key)

    def derived(self, purpose: str) -> bytes:
        """A secret of 32 bytes for another purpose, from which this key can't be found."""
        return hmac.new(self._key.private_bytes_raw(), purpose.encode(), hashlib.sha256).digest()


def key_id(public_key: str) -> str:
    """A public key's short name: the first 16 hex digits of the SHA-256 of its bytes."""
    return hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:16]


def holds(signed: Signed) -> bool:
    """Whether the key that is named signed just this."""
    try:
        key = bytes.fromhex(signed.public_key)
        Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(signed.signature), signed.statement.encode())
        return signed == Signed(signed.statement, signed.signature.lower(), key_id(key.hex()), key.hex())
    except (InvalidSignature, ValueError):
        return False
