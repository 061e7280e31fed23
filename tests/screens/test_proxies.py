"""Behind the proxies of deploy/: TLS, another port, below a path, and what is said where a proxy forgets something."""

from __future__ import annotations

import re
import ssl
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from fronts import Caddy, Nginx, Proxy, certificates, free_port
from halls import Hall, Socket
from kiosks import Glass, paired, window
from services import ServiceIsMissing
from websockets import InvalidStatus, Subprotocol
from websockets.asyncio.client import connect

DEPLOY = Path(__file__).parents[2] / "deploy"
UPGRADED = re.compile(r"^ *proxy_set_header (Upgrade|Connection) .*\n", re.MULTILINE)


class Site(Hall):
    """PUBLIC_URL is below a path, at a port of its own. proxies: which stand before it, one at a time."""

    def __init__(self, folder: Path) -> None:
        self.port, self.certificates = free_port(), certificates(folder)
        self.public = f"https://localhost:{self.port}/leitai"
        super().__init__(folder, PUBLIC_URL=self.public, LEITAI_GRAPHIQL="1")

    @contextmanager
    def behind(self, name: str, change: Callable[[str], str] = lambda text: text) -> Iterator[str]:
        """Gives the address at which this proxy serves it. change: what an operator does to the file."""
        text = change((DEPLOY / name).read_text("utf-8")).replace("127.0.0.1:8000", f"127.0.0.1:{self.server.port}")
        try:
            proxy = self._nginx(text) if name.startswith("nginx") else self._caddy(text)
        except ServiceIsMissing as reason:
            pytest.skip(str(reason))
        proxy.start()
        try:
            yield f"https://localhost:{self.port}" + ("/leitai" if "path" in name else "")
        finally:
            proxy.close()

    def _nginx(self, text: str) -> Proxy:
        for made in ("fullchain.pem", "privkey.pem"):
            own = "server.pem" if made == "fullchain.pem" else "server.key"
            text = text.replace(f"/etc/ssl/leitai/{made}", str(self.certificates / own))
        text = text.replace("listen 443", f"listen 127.0.0.1:{self.port}")
        return Nginx(text.replace("listen 80;", f"listen 127.0.0.1:{free_port()};"), self.port)

    def _caddy(self, text: str) -> Proxy:
        own = f"tls {self.certificates}/server.pem {self.certificates}/server.key"
        here = re.sub(r"(?m)^(leitai|www)\.example\.org \{", f"https://localhost:{self.port} {{\n\t{own}", text)
        return Caddy(f"{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n{here}", self.port)

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.certificates / "ca.pem")

    def browser(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(verify=self.trust, trust_env=False, timeout=20)

    @asynccontextmanager
    async def page_socket(self, address: str, page: str) -> AsyncGenerator[Socket]:
        """As a page of that address opens it."""
        parts = urlsplit(page)
        async with connect(
            f"{address}/graphql".replace("http", "ws", 1),
            subprotocols=[Subprotocol("graphql-transport-ws")],
            origin=f"{parts.scheme}://{parts.netloc}",  # pyright: ignore[reportArgumentType]
            ssl=self.trust,
            proxy=None,
            close_timeout=1,
        ) as made:
            yield Socket(made, self.zhao)


@pytest.fixture(scope="module")
def site(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    site = Site(tmp_path_factory.mktemp("site"))
    try:
        yield site
        assert " at=[" not in site.server.log
    finally:
        site.close()


def as_it_is(text: str) -> str:
    return text


def stripped(text: str) -> str:
    """The proxy takes the path away."""
    return text.replace("proxy_pass http://leitai;", "proxy_pass http://leitai/;").replace("handle /", "handle_path /")


def without_port(text: str) -> str:
    """As many an operator's file says it."""
    return text.replace("$http_host", "$host")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("nginx.conf", as_it_is),
        ("nginx-path.conf", as_it_is),
        ("nginx-path.conf", stripped),
        ("nginx-path.conf", without_port),
        ("Caddyfile", as_it_is),
        ("Caddyfile-path", as_it_is),
        ("Caddyfile-path", stripped),
    ],
)
async def test_a_proxy_of_deploy_serves_pages_files_and_sockets(
    site: Site, name: str, change: Callable[[str], str]
) -> None:
    with site.behind(name, change) as address:
        async with site.browser() as browser:
            for page in ("screens/", "screens/desk", "screens/leaderboard", "graphiql/"):
                found = await browser.get(f"{address}/{page}")
                assert found.status_code == 200, found
                files = re.findall(r'(?:src|href)="([^"#]+\.(?:js|css))"', found.text)
                assert files
                for file in files:
                    got = await browser.get(urljoin(str(found.url), file))
                    assert (got.status_code, str(got.url).startswith(f"{address}/{page[:4]}")) == (200, True), got
            assert 'href="screens/"' in (await browser.get(f"{address}/")).text
            for folder in ("screens", "graphiql"):
                moved = await browser.get(f"{address}/{folder}", follow_redirects=True)
                assert (moved.status_code, str(moved.url)) == (200, f"{address}/{folder}/")
            # a page that ended in a slash would look for its files one level too deep
            slashed = await browser.get(f"{address}/screens/desk/?code=AB", follow_redirects=True)
            assert str(slashed.url) == f"{address}/screens/desk?code=AB"
            assert (await browser.get(f"{address}/metrics")).status_code == 404
            assert (await browser.get(f"{address}/readyz")).json()["ready"] is True
        async with site.page_socket(address, address) as screen:
            await screen.init()
            await screen.subscribe("1", at=site.root)
            await screen.hears("next", "1")


async def test_links_and_codes_lead_below_the_path(site: Site) -> None:
    asked = "mutation { requestDisplayPairing { ... on RequestDisplayPairingSuccess { pairing { approveUrl } } } }"
    made = "createStatementLink(input: $input)"
    query = (
        f"mutation ($input: CreateStatementLinkInput!) {{ {made} {{ ... on CreateStatementLinkSuccess {{ url }} }} }}"
    )
    given = {"memberId": site.world.id(site.li), "format": "CSV"}
    with site.behind("nginx-path.conf") as address:
        async with site.browser() as browser:
            pairing = (await site.ask(None, asked))["pairing"]["approveUrl"]
            statement = (await site.ask(site.li, query, input=given))["url"]
            for link in (pairing, statement):
                assert link.startswith(f"{site.public}/")
                assert link.startswith(f"{address}/")
                assert (await browser.get(link)).status_code == 200


async def test_a_handshake_without_upgrade_is_named_in_answer_and_log(site: Site) -> None:
    with site.behind("nginx-path.conf", lambda text: UPGRADED.sub("", text)) as address:
        for _ in range(3):
            with pytest.raises(InvalidStatus) as refused:
                async with site.page_socket(address, address):
                    pass
            answer = refused.value.response
            assert (answer.status_code, answer.headers["upgrade"]) == (426, "websocket")
            for named in (b"`Upgrade`", b"proxy_http_version 1.1;", b"proxy_set_header Upgrade $http_upgrade;"):
                assert named in (answer.body or b"")
    assert site.server.log.count("handshake_without_upgrade") == 1


async def test_a_kiosk_below_a_path_is_paired_and_shows_its_board(site: Site) -> None:
    with site.behind("nginx-path.conf") as address:
        async with window(ignore_https_errors=True) as context:
            screen = Glass(await context.new_page(), address)
            await context.route("**/*", screen.route)
            await screen.open()
            await paired(site, screen)
            await screen.shows(".board .place")
            await screen.shows(".connection.live", "实时")
            assert all(one.startswith(f"{address}/") for one in screen.requests)
            screen.fine()


async def test_a_kiosk_says_that_a_proxy_lets_no_socket_through(site: Site) -> None:
    with site.behind("nginx-path.conf", lambda text: UPGRADED.sub("", text)) as address:
        async with window(ignore_https_errors=True) as context:
            screen = Glass(await context.new_page(), address)
            await screen.open()
            await paired(site, screen, name="二楼大厅")
            await screen.shows(".connection.lost", "Upgrade", seconds=30)
