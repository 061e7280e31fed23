"""Settings are read once, into one spelling; all that can't be used is named at once, with what would be right."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from server import leitai

from app import setting_faults
from app.factory import create_app
from app.settings import Settings, SettingsRefused, names
from models import database_url
from realtime.websocket_protocol import EXTENSION

SECRET = {"LEITAI_SIGNING_KEY": "00" * 32}
OWN = "https://leitai.example.org"


def read(**given: str) -> Settings:
    return Settings.model_validate(given)


def refusal(**given: str) -> str:
    with pytest.raises(SettingsRefused) as refused:
        read(**given)
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PUBLIC_URL", "leitai.example.org", "lacks its scheme"),
        ("PUBLIC_URL", "https://", "lacks a host"),
        ("PUBLIC_URL", "https://:8000", "lacks a host"),
        ("PUBLIC_URL", "https:///leitai", "lacks a host"),
        ("PUBLIC_URL", '"https://leitai.example.org"', "in quotes"),
        ("PUBLIC_URL", "'https://leitai.example.org", "in quotes"),
        ("PUBLIC_URL", "ftp://leitai.example.org", "http:// or https://"),
        ("PUBLIC_URL", "https://me:pw@leitai.example.org", "user or password"),
        ("PUBLIC_URL", "https://leitai.example.org/?a=1", "? or #"),
        ("PUBLIC_URL", "https://leitai.example.org/#a", "? or #"),
        ("PUBLIC_URL", "https://leitai.example.org/../x", "its path"),
        ("PUBLIC_URL", "https://leitai.example.org//x", "its path"),
        ("PUBLIC_URL", "https://leitai.example.org/graphql", "one of this server's own"),
        ("PUBLIC_URL", "https://leitai.example.org:99999", "1 to 65535"),
        ("PUBLIC_URL", "https://leitai.example.org:0", "1 to 65535"),
        ("PUBLIC_URL", "https://leitai example.org", "a blank"),
        ("PUBLIC_URL", "https://10.0.0.256", "no IP address"),
        ("PUBLIC_URL", "https://a..b", "no name or address"),
        ("ALLOWED_ORIGINS", "front.example", "lacks its scheme"),
        ("ALLOWED_ORIGINS", "https://front.example/app", "write https://front.example"),
        ("ALLOWED_ORIGINS", "https://a.example,https://*.b.example", "name each origin"),
        ("ALLOWED_ORIGINS", "https://a.example https://b.example", "a blank"),
        ("ALLOWED_ORIGINS", "null", "null"),
        ("ALLOWED_ORIGINS", "wss://front.example", "write https://front.example"),
        ("ALLOWED_ORIGINS", "https://", "lacks a host"),
        ("ALLOWED_HOSTS", "https://leitai.example.org/x", "write leitai.example.org"),
        ("ALLOWED_HOSTS", "leitai.example.org/x", "hosts alone"),
        ("ALLOWED_HOSTS", "leitai.example.org:http", "a port is a number"),
        ("LEITAI_TRUSTED_PROXIES", "10.0.0.256", "10.0.0.0/8"),
        ("LEITAI_TRUSTED_PROXIES", "10.0.0.1,proxy.lan", "proxy.lan"),
        ("LEITAI_TRUSTED_PROXIES", "10.0.0.0/33", "no network"),
        ("REDIS_URL", "localhost:6379", "lacks its scheme"),
        ("REDIS_URL", "http://localhost", "redis://HOST/0"),
        ("REDIS_URL", "redis+sentinel://h1,h2/mymaster", "Sentinel"),
        ("REDIS_URL", "redis://h/first", "write a number"),
        ("REDIS_URL", "redis://h:port/0", "host or port"),
        ("REDIS_URL", "redis://h/0?sockets=7", 'no parameter "sockets"'),
        ("REDIS_URL", "unix://", "names no socket"),
        ("DATABASE_URL", "leitai.sqlite3", "lacks its scheme"),
        ("DATABASE_URL", "sqlite://", "names no file"),
        ("DATABASE_URL", "sqlite://x?journal=WAL", 'no parameter "journal"'),
        ("DATABASE_URL", "mysql://h/db", "no database of Leitai"),
        ("DATABASE_URL", "postgresql+asyncpg://h/db", "without a driver's name"),
        ("DATABASE_URL", "postgres://h:port/db", "host or port"),
        ("DATABASE_URL", "postgres://h1,h2/db", "write one"),
        ("DATABASE_URL", "postgres://h/db?sslmode=on", "verify-full"),
        ("DATABASE_URL", "postgres://h/db?ssl=true", "sslmode=require"),
        ("DATABASE_URL", "postgres://h/db?pool=5", 'no parameter "pool"'),
        ("DATABASE_URL", "postgres://h/db?maxsize=many", "no number above 0"),
        ("DATABASE_URL", "postgres://h/db?sslmode=verify-full&sslrootcert=/nowhere/ca.pem", "/nowhere/ca.pem"),
        ("DATABASE_URL", "postgres://h/db?sslcert=a.pem", "sslmode=require"),
        ("LEITAI_LOG_LEVEL", "loud", "debug, info, warning or error"),
        ("LEITAI_PRODUCTION", "perhaps", "true or false"),
        ("LEITAI_INTROSPECTION", "perhaps", "true or false"),
        ("LEITAI_SOCKETS_PER_TOKEN", "0", "from 1"),
        ("LEITAI_SOCKETS_PER_TOKEN", "many", "from 1"),
        ("LEITAI_DOCUMENT_SHARE", "2", "at most 1"),
        ("LEITAI_SIGNING_KEY", "secret", "openssl rand -hex 32"),
        ("LEITAI_DATA_KEYS", "a:secret", "id:key"),
        ("LEITAI_OIDC_ISSUER", "http://login.example.org", "https addresses"),
        ("LEITAI_OIDC_CLIENT_ID", "leitai", "LEITAI_OIDC_ISSUER"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_would_be_right(name: str, value: str, said: str) -> None:
    told = refusal(**{name: value})
    assert name in told
    assert said in told
    assert "secret" not in told


def test_all_settings_that_cannot_be_used_are_named_at_once_and_no_password_is_told() -> None:
    told = refusal(
        PUBLIC_URL="x",
        LEITAI_LOG_LEVEL="loud",
        DATABASE_URL="postgres://me:secret@h:port/db",
        REDIS_URL="redis://:secret@h/x",
        LEITAI_SIGNING_KEY="secret",
        LEITAI_OIDC_ISSUER="https://login.example.org",
    )
    assert told.startswith("6 settings can't be used.")
    assert [line.strip().partition("=")[0].partition(" ")[0] for line in told.splitlines()[1:]] == [
        *("DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "LEITAI_LOG_LEVEL", "LEITAI_SIGNING_KEY", "LEITAI_OIDC_ISSUER"),
    ]
    assert "secret" not in told
    for url in ("postgres://me:secret", "postgres://me:secret/db", "postgres://h/db?password=secret", "x:secret@h"):
        assert "secret" not in setting_faults.without_password(url)


def test_one_spelling_is_kept_of_what_can_be_written_in_many() -> None:
    found = read(
        PUBLIC_URL=" HTTPS://Leitai.Example.ORG.:443/leitai/ ",
        ALLOWED_ORIGINS="https://Front.example:443/, http://front.example:80,https://例子.测试,http://[0:0::1]:5173/,"
        "http://10.0.0.7:*,*",
        ALLOWED_HOSTS="Kiosk.LAN:8000, *.Example.net, [::1]:80, 例子.测试",
        LEITAI_TRUSTED_PROXIES="10.1.2.3/8, fe80::0001",
        LEITAI_LOG_LEVEL="Warning",
        REDIS_URL="",
        LEITAI_PRODUCTION="  ",
    )
    url = found.public_url
    assert (str(url), url.origin, url.path) == (f"{OWN}/leitai", OWN, "/leitai")
    assert found.allowed_origins == [
        *("https://front.example", "http://front.example", "https://xn--fsqu00a.xn--0zwm56d", "http://[::1]:5173"),
        *("http://10.0.0.7:*", "*"),
    ]
    assert found.allowed_hosts == ["kiosk.lan", ".example.net", "::1", "xn--fsqu00a.xn--0zwm56d"]
    assert found.trusted_proxies == ["10.0.0.0/8", "fe80::1/128"]
    assert (found.log_level, found.redis_url, found.production) == ("warning", None, False)
    assert read(LEITAI_TRUSTED_PROXIES="none").trusted_proxies == []
    assert read(LEITAI_TRUSTED_PROXIES="").trusted_proxies == ["127.0.0.1/32", "::1/128"], "what is empty is left out"
    assert str(read(PUBLIC_URL="http://[FE80::1]:8000/").public_url) == "http://[fe80::1]:8000"


def test_a_database_is_read_as_libpq_reads_it() -> None:
    def tls(query: str) -> Any:
        return database_url.read(f"postgresql://h/db{query}").credentials.get("ssl")

    assert [tls(f"?sslmode={mode}") for mode in ("disable", "allow", "prefer")] == [False, "allow", "prefer"]
    assert (tls(""), tls("?sslmode=require")) == (None, "require")
    assert tls("?sslmode=verify-full&sslrootcert=system").check_hostname
    found = database_url.read("postgres://u%40x:p%23w@[::1]:6543/d%2Fb?application_name=hall").credentials
    assert (found["user"], found["password"], found["host"], found["port"]) == ("u@x", "p#w", "::1", 6543)
    assert (found["database"], found["application_name"]) == ("d/b", "hall")
    socket = database_url.read("postgres://u@%2FRun%2Fpg/db?sslmode=require").credentials
    assert (socket["host"], socket["ssl"]) == ("/Run/pg", False)


def test_a_name_that_is_nearly_a_setting_is_taken_for_a_slip_and_others_are_not() -> None:
    environment = ["LEITAI_PRODUCTON", "LEITAI_TRUSTED_PROXY", "LEITAI_PORT", "LEITAI_SERVICE_HOST", "LEITAI_LOG_JSON"]
    assert setting_faults.misspelt(environment, names()) == [
        "LEITAI_PRODUCTON is no setting; LEITAI_PRODUCTION is.",
        "LEITAI_TRUSTED_PROXY is no setting; LEITAI_TRUSTED_PROXIES is.",
    ]
    assert [name for name, near in setting_faults.unknown(environment, names()) if not near] == [
        "LEITAI_PORT",
        "LEITAI_SERVICE_HOST",
    ]


def test_a_command_ends_with_two_and_one_sentence_for_a_wrong_setting() -> None:
    done = leitai("serve", PUBLIC_URL="leitai.example.org", LEITAI_LOG_LEVEL="loud", LEITAI_PRODUCTON="1")
    assert (done.returncode, done.stdout) == (2, "")
    assert "LEITAI_PRODUCTION" in done.stderr
    done = leitai("migrate", PUBLIC_URL="leitai.example.org", LEITAI_LOG_LEVEL="loud")
    assert done.returncode == 2
    assert "PUBLIC_URL" in done.stderr
    assert "LEITAI_LOG_LEVEL" in done.stderr
    assert "Traceback" not in done.stderr


# ---------------------------------------------------------------- HTTP and sockets agree


async def _preflight(app: Any, origin: str) -> bool:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=OWN) as client:
        asked = {"origin": origin, "access-control-request-method": "POST"}
        return (await client.options("/graphql", headers=asked)).status_code == 200


class _Connection:
    on_writable = None


async def _handshake(app: Any, origin: str) -> bool:
    answers: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.disconnect", "code": 1006} if answers else {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        answers.append(message)

    scope = {
        "type": "websocket",
        "scheme": "wss",
        "path": "/graphql",
        "query_string": b"",
        "subprotocols": ["graphql-transport-ws"],
        "headers": [(b"host", b"127.0.0.1:8000"), (b"origin", origin.encode())],
        "extensions": {"websocket.http.response": {}, EXTENSION: _Connection()},
    }
    await app(scope, receive, send)
    return answers[0]["type"] == "websocket.accept"


@pytest.mark.parametrize(
    ("listed", "welcome", "stranger"),
    [
        ("", OWN, "https://front.example"),
        ("https://front.example/", "https://front.example", "http://front.example"),
        ("HTTPS://Front.Example", "https://front.example", "https://front.example.evil.example"),
        ("https://front.example:443", "https://front.example", "https://front.example:8443"),
        ("http://front.example:80/", "http://front.example", "http://front.example:8080"),
        ("https://例子.测试", "https://xn--fsqu00a.xn--0zwm56d", "https://xn--fsqu00a.example"),
        ("http://10.0.0.7:*", "http://10.0.0.7:5173", "http://10.0.0.8:5173"),
        ("http://[0::1]:5173", "http://[::1]:5173", "null"),
        ("*", "https://anybody.example", None),
    ],
)
async def test_preflights_and_sockets_let_in_the_same_origins(listed: str, welcome: str, stranger: str | None) -> None:
    app = create_app(read(PUBLIC_URL=OWN, ALLOWED_ORIGINS=listed, **SECRET))
    assert (await _preflight(app, welcome), await _handshake(app, welcome)) == (True, True)
    if stranger:
        assert (await _preflight(app, stranger), await _handshake(app, stranger)) == (False, False)
