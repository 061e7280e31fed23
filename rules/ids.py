"""Global ids as clients know them: URL-safe base64 of `Type:key`. Here, because block chains are hashed over them."""

import base64


def encode(kind: str, *key: object) -> str:
    text = ":".join([kind, *map(str, key)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
