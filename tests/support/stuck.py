"""Clients that do not take what they asked for: sockets that never read, and a process of screens to be stopped.

sockets = [stuck(hall, person, query, operations=8) for _ in range(20)]   # signed in, subscribed, and left so
process = screens_apart(hall, person, query, count=20)                    # reading, until SIGSTOP
"""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
from pathlib import Path

from halls import Hall
from world import Person

from benchmarks.wire import TEXT, masked, upgrade

SMALL = 4096  # bytes that such a client's kernel takes for it, at least
APART = """
import asyncio, json, sys
from websockets.asyncio.client import connect
async def screen(url, messages, shown):
    options = dict(subprotocols=["graphql-transport-ws"], compression=None, proxy=None, ping_interval=None)
    async with connect(url, **options) as socket:
        for message in messages:
            await socket.send(json.dumps(message))
        async for _ in socket:
            shown.release()
async def main(url, count, *messages):
    shown = asyncio.Semaphore(0)
    screens = [asyncio.create_task(screen(url, messages, shown)) for _ in range(count)]
    for _ in range(2 * count):  # an ack and a frame of each
        await shown.acquire()
    print("shown", flush=True)
    await asyncio.gather(*screens)
asyncio.run(main(*json.loads(sys.argv[1])))
"""

FLOOD = """
import socket, sys, threading
port, *sent = int(sys.argv[1]), *map(bytes.fromhex, sys.argv[2:])
flood = socket.create_connection(("127.0.0.1", port))
def read():
    while flood.recv(1 << 20):
        pass
flood.sendall(sent[0])
flood.recv(4096)
flood.sendall(sent[1])
threading.Thread(target=read, daemon=True).start()
print("begun", flush=True)
frames = sent[2] * (262_144 // len(sent[2]))
while True:
    flood.sendall(frames)
"""


def messages(hall: Hall, person: Person, query: str, operations: int) -> list[dict[str, object]]:
    """What a screen says."""
    asked = {"query": query, "variables": {"at": hall.root}}
    return [
        {"type": "connection_init", "payload": {"authorization": f"Bearer {person.token}"}},
        *({"id": f"{number}", "type": "subscribe", "payload": asked} for number in range(operations)),
    ]


def stuck(hall: Hall, person: Person, query: str, operations: int = 1) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
    made.settimeout(30)
    made.connect(("127.0.0.1", hall.server.port))
    made.sendall(upgrade(f"127.0.0.1:{hall.server.port}", "/graphql", "graphql-transport-ws"))
    while not (head := made.recv(1024)).endswith(b"\r\n\r\n"):
        assert head
    for message in messages(hall, person, query, operations):
        made.sendall(masked(TEXT, json.dumps(message).encode()))
    return made


def flood(hall: Hall, person: Person, frame: bytes) -> subprocess.Popen[str]:
    """Reads what it is answered, in a process of its own: it costs the server's time only."""
    [init] = messages(hall, person, "", operations=0)
    parts = (upgrade("127.0.0.1", "/graphql", "graphql-transport-ws"), masked(TEXT, json.dumps(init).encode()), frame)
    program = [sys.executable, "-c", FLOOD, str(hall.server.port), *(part.hex() for part in parts)]
    process = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout
    assert process.stdout.readline() == "begun\n"
    return process


def vanish(one: socket.socket) -> None:
    """As when a machine's power goes: no goodbye, not even TCP's."""
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    one.close()


def screens_apart(hall: Hall, person: Person, query: str, count: int) -> subprocess.Popen[str]:
    """Returns once each shows its first frame."""
    url = f"{hall.server.url}/graphql".replace("http", "ws")
    given = json.dumps([url, count, *messages(hall, person, query, operations=1)])
    process = subprocess.Popen(
        [sys.executable, "-c", APART, given], cwd=Path(__file__).parent, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "shown\n"
    return process
