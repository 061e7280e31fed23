"""From a mutation's answer to the frame, on one screen, while a thousand others follow the same board."""

import argparse
import json
import socket
import sys
import threading
import time
from urllib.parse import urlsplit

import report
from crowd import Crowd, Subscription
from documents import COMPACT
from fanout import allow_open_files
from load import VERSION
from product import Product, watching
from wire import PING, PONG, TEXT, FrameReader, masked, upgrade


class Screen(threading.Thread):
    """One subscriber in this process, which notes when each frame came."""

    def __init__(self, url: str, plan: Subscription) -> None:
        super().__init__(daemon=True)
        parts = urlsplit(url)
        assert parts.hostname is not None
        assert parts.port is not None
        self._socket = socket.create_connection((parts.hostname, parts.port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(upgrade(parts.netloc, parts.path, "graphql-transport-ws"))
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self._socket.recv(1)
        subscribe = {"query": plan.document, "variables": plan.variables}
        self._say({"type": "connection_init", "payload": {"authorization": f"Bearer {plan.token}"}})
        self._say({"id": "1", "type": "subscribe", "payload": subscribe})
        self.came: dict[int, float] = {}
        self.news = threading.Condition()
        self.start()

    def _say(self, message: dict[str, object]) -> None:
        self._socket.sendall(masked(TEXT, json.dumps(message).encode()))

    def run(self) -> None:
        reader = FrameReader()
        while data := self._socket.recv(1 << 16):
            now = time.monotonic()
            for opcode, payload in reader.feed(data):
                found = VERSION.search(payload)
                if opcode == PING:
                    self._socket.sendall(masked(PONG, payload))
                elif found is not None:
                    with self.news:
                        self.came[int(found[1])] = now
                        self.news.notify()

    def after(self, version: int) -> int:
        """Wait until it shows a newer one, and return the newest."""
        with self.news:
            if not self.news.wait_for(lambda: max(self.came, default=-1) > version, timeout=30):
                raise RuntimeError("no frame came")
            return max(self.came)


def main() -> int:
    options = arguments()
    allow_open_files(options.others + 500)
    with Product(members=max(20, options.others // 20)) as product, Crowd() as crowd:
        [branch], [them], tokens = product.town.branches, product.town.members, product.town.everyone
        crowd.connect(
            product.url, [watching(tokens[i % len(tokens)], branch, COMPACT, 20.0) for i in range(options.others)]
        )
        screen = Screen(product.url, watching(tokens[-1], branch, COMPACT, 20.0))  # the last of all to be told
        version = screen.after(-1)
        late: list[float] = []
        for i in range(options.changes + 5):
            started = time.monotonic()
            answered = product.award(them[i % len(them)])
            version = screen.after(version)
            crowd.reached(started, branch)
            if i >= 5:
                late.append(screen.came[version] - answered)
            time.sleep(max(0.0, started + 0.2 - time.monotonic()))
    value = " · ".join(f"{report.percentile(late, part) * 1000:.1f} ms" for part in (0.5, 0.99, 1.0))
    rows = [("from the mutation's answer to the frame: p50 · p99 · last", value, "", True)]
    setting = (
        f"One screen that joined last, {options.others:,} others on the same board, one process on SQLite, "
        f"{options.changes} changes. All on the same cores, the others' clients too."
    )
    return report.told("latency", setting, rows, write=options.write)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--others", type=int, default=1_000)
    parser.add_argument("--changes", type=int, default=300)
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
