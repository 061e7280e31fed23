"""What operators put before Leitai and its database: a real pgbouncer, nginx, Caddy, and a Redis that speaks TLS.

    pooler = PgBouncer(postgres); pooler.start(); pooler.url(database_url)
    proxy = Nginx(text, port); proxy.start(); proxy.port

Each lasts until close(). ServiceIsMissing: the machine has no such program.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
from pathlib import Path
from urllib.parse import quote, urlsplit

from local_server import LocalServer, ServiceIsMissing
from services import Postgres, Redis


def program(name: str) -> str:
    """Where it is; Debian keeps servers where only root looks."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin")
    if found is None:
        raise ServiceIsMissing(f"no {name}: it is not on the PATH")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class PgBouncer(LocalServer):
    """Transaction pooling, as its package sets it up otherwise: no start parameter is ignored."""

    def __init__(self, postgres: Postgres, pool: int = 20) -> None:
        self._program = program("pgbouncer")
        super().__init__("leitai-bouncer-", owner="nobody" if os.geteuid() == 0 else None)
        self._port = free_port()
        users = self.folder / "users"
        users.write_text('"postgres" ""\n')
        (self.folder / "pgbouncer.ini").write_text(
            f"[databases]\n* = host={postgres.folder}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
            f"listen_port = {self._port}\nunix_socket_dir =\nauth_type = trust\nauth_file = {users}\n"
            f"pool_mode = transaction\ndefault_pool_size = {pool}\nmax_client_conn = 500\n"
        )

    def url(self, database_url: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self._port}{urlsplit(database_url).path}"

    def _command(self) -> list[str]:
        return [self._program, str(self.folder / "pgbouncer.ini")]

    def _answers(self) -> bool:
        return accepts(self._port)


class Proxy(LocalServer):
    """nginx or Caddy with a given configuration; answers once it accepts connections at `port`."""

    def __init__(self, name: str, port: int) -> None:
        self._program = program(name)
        super().__init__(f"leitai-{name}-")
        self.port = port

    def _answers(self) -> bool:
        return accepts(self.port)


class Nginx(Proxy):
    """site: what stands in sites-available. It is included in a bare `http`."""

    def __init__(self, site: str, port: int) -> None:
        super().__init__("nginx", port)
        folders = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"{one}_temp_path {self.folder}/{one};\n" for one in folders)
        (self.folder / "site.conf").write_text(site)
        (self.folder / "nginx.conf").write_text(
            f"daemon off; master_process off; pid {self.folder}/pid; error_log stderr;\nevents {{}}\n"
            f"http {{ access_log off;\n{temporary}include {self.folder}/site.conf; }}\n"
        )

    def _command(self) -> list[str]:
        return [self._program, "-p", str(self.folder), "-e", "stderr", "-c", str(self.folder / "nginx.conf")]


class Caddy(Proxy):
    def __init__(self, file: str, port: int) -> None:
        super().__init__("caddy", port)
        (self.folder / "Caddyfile").write_text(file)

    def _command(self) -> list[str]:
        home = [f"{name}={self.folder}" for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")]
        file = ["--config", str(self.folder / "Caddyfile"), "--adapter", "caddyfile"]
        return ["/usr/bin/env", *home, self._program, "run", *file]


def certificates(folder: Path) -> Path:
    """An authority of our own, ca.pem, and server.pem with server.key for 127.0.0.1 and localhost, by openssl."""
    openssl = program("openssl")
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    authority = ["-x509", "-days", "2", "-subj", "/CN=Leitai tests", "-keyout", "ca.key", "-out", "ca.pem"]
    request = ["-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"]
    signed = ["-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"]
    for command in (
        ["req", *key, *authority],
        ["req", *key, *request],
        ["x509", "-req", *signed, "-extfile", "names", "-out", "server.pem"],
    ):
        subprocess.run([openssl, *command], cwd=folder, capture_output=True, check=True)
    return folder


class TlsRedis(Redis):
    """TLS only, with a certificate of a private authority; acl: a line of its users file, `default` is off."""

    def __init__(self, certificates: Path, acl: str) -> None:
        super().__init__()
        self._certificates = certificates
        (self.folder / "users.acl").write_text(f"user default off\n{acl}\n")

    def url_of(self, user: str, password: str) -> str:
        """As an operator writes it, with the private authority named."""
        authority = quote(str(self._certificates / "ca.pem"), safe="")
        return f"rediss://{user}:{quote(password, safe='')}@127.0.0.1:{self._port}/0?ssl_ca_certs={authority}"

    def as_user(self, user: str, password: str, *command: str) -> str:
        """The first line of the answer."""
        return self._said([["AUTH", user, password], list(command)])[1]

    def _said(self, commands: list[list[str]]) -> list[str]:
        """The first line of each answer, which has to be one line."""
        context = ssl.create_default_context(cafile=self._certificates / "ca.pem")
        with (
            socket.create_connection(("127.0.0.1", self._port), timeout=5) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1") as secured,
            secured.makefile("rb") as answers,
        ):
            lines: list[str] = []
            for command in commands:
                parts = "".join(f"${len(one.encode())}\r\n{one}\r\n" for one in command)
                secured.sendall(f"*{len(command)}\r\n{parts}".encode())
                lines.append(answers.readline().decode().strip())
            return lines

    def _command(self) -> list[str]:
        bare = super()._command()
        bare[bare.index("--port") + 1] = "0"
        tls = {
            "--tls-port": str(self._port),
            "--tls-cert-file": str(self._certificates / "server.pem"),
            "--tls-key-file": str(self._certificates / "server.key"),
            "--tls-ca-cert-file": str(self._certificates / "ca.pem"),
            "--tls-auth-clients": "no",
            "--aclfile": str(self.folder / "users.acl"),
        }
        return [*bare, *(part for pair in tls.items() for part in pair)]

    def _answers(self) -> bool:
        with contextlib.suppress(OSError):
            return self._said([["PING"]])[0].startswith("-NOAUTH")
        return False


def accepts(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
