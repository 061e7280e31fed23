"""What this server sees of a request: who sent it, by which scheme and host. `leitai doctor` compares it with what was
sent. Answered only to who holds the signing key: others learn nothing of the proxies."""

import hmac
import time

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from resolvers.signing import Signer

PATH = "/seen"
HEADER = "leitai-doctor"
PURPOSE = "leitai-doctor-v1"
VALID = 120  # seconds before and after


def routes(signer: Signer | None) -> list[Route]:
    async def seen(request: Request) -> Response:
        if signer is None or not proved(signer, request.headers.get(HEADER, ""), time.time()):
            return PlainTextResponse("There is nothing here for you.\n", 404)
        forwarded = request.headers.get("x-forwarded-for")
        client = request.client.host if request.client else ""
        return JSONResponse(
            {"client": client, "scheme": request.url.scheme, "host": request.headers["host"], "forwarded": forwarded}
        )

    return [Route(PATH, seen)]


def proof(signer: Signer, now: float) -> str:
    moment = str(int(now))
    made = hmac.new(signer.derived(PURPOSE), moment.encode(), "sha256").hexdigest()
    return f"{moment}.{made}"


def proved(signer: Signer, given: str, now: float) -> bool:
    moment = given.partition(".")[0]
    if not moment.isdecimal() or len(moment) > 12 or abs(int(moment) - now) > VALID:
        return False
    return hmac.compare_digest(proof(signer, int(moment)).encode(), given.encode("utf-8", "replace"))
