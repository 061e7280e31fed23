"""The screens, at /screens/: what `make screens` built, served as it is.

Names under assets/ hold their content's hash and are kept for ever; pages and the worker are asked for anew each time.
Nothing is loaded from elsewhere, and no script or style stands inside a page.
"""

from collections.abc import Mapping
from pathlib import Path

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

from app.web import pages

BUILT = pages.built("screens")
PAGES = {"": "index.html", "leaderboard": "leaderboard.html", "desk": "desk.html"}
FOR_EVER = "public, max-age=31536000, immutable"
ASKED_ANEW = "no-cache"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
# OWN: what no proxy's error page, redirect or sign-in page bears. The service worker and the pages look for it.
OWN = {"x-leitai": "screens"}
HEADERS = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}
NOT_BUILT = "The screens are not built here: run `make screens`, which needs Node 20.19 or newer. The API is there.\n"


def routes(built: Path = BUILT) -> list[Mount | Route]:
    """built: the folder of index.html."""

    def to_folder(_: object) -> Response:
        return RedirectResponse("screens/")  # whatever path this server is below

    return [
        Route("/screens", to_folder),
        Mount("/screens", Screens(built), middleware=[Middleware(GZipMiddleware, minimum_size=500)]),
    ]


class Screens:
    """A built folder. pages: which file is at which path. policy: what its pages may load. lacking: said where it is
    not built."""

    def __init__(
        self, built: Path, pages: Mapping[str, str] = PAGES, policy: str = POLICY, lacking: str = NOT_BUILT
    ) -> None:
        self._built, self._pages, self._lacking = built, pages, lacking
        self._headers = {**HEADERS, "content-security-policy": policy}
        self._files = StaticFiles(directory=built, check_dir=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not (self._built / "index.html").is_file():
            await PlainTextResponse(self._lacking, 503)(scope, receive, send)
            return
        asked = scope["path"].removeprefix(scope.get("root_path", ""))
        path = asked.strip("/")
        if path and path in self._pages and asked.endswith("/"):  # its files would be looked for one level too deep
            query = scope["query_string"].decode("latin-1")
            await RedirectResponse(f"../{path}" + (f"?{query}" if query else ""))(scope, receive, send)
            return
        kept = FOR_EVER if path.startswith("assets/") else ASKED_ANEW

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                found = message["status"] in (200, 206, 304)
                added = {**self._headers, **(OWN if found else {}), "cache-control": kept if found else ASKED_ANEW}
                message["headers"] += [(name.encode(), value.encode()) for name, value in added.items()]
            await send(message)

        page = self._pages.get(path)
        inner = {**scope, "path": f"{scope.get('root_path', '')}/{page}"} if page else scope
        await self._files(inner, receive, with_headers)
