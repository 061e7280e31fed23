"""GraphiQL at /graphiql/, where LEITAI_GRAPHIQL asks for it: built from its npm package, and from here alone."""

from pathlib import Path

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route

from app.web import pages
from app.web.screens import Screens

BUILT = pages.built("graphiql")
# Its editor writes style elements of its own; scripts are files, as everywhere.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
NOT_BUILT = "GraphiQL is not built here: run `make graphiql`, which needs Node 20.19 or newer.\n"


def is_built(built: Path = BUILT) -> bool:
    return (built / "index.html").is_file()


def routes(built: Path = BUILT) -> list[Mount | Route]:
    def to_folder(_: object) -> RedirectResponse:
        return RedirectResponse("graphiql/")  # whatever path this server is below

    page = Screens(built, {"": "index.html"}, POLICY, NOT_BUILT)
    return [
        Route("/graphiql", to_folder),
        Mount("/graphiql", page, middleware=[Middleware(GZipMiddleware, minimum_size=500)]),
    ]
