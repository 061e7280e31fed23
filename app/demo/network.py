"""The addresses of this machine in its local network, for `leitai demo --lan`."""

import contextlib
import ipaddress
import socket

# Nothing is sent there: the system only says from which of its addresses it would send.
ELSEWHERE = ("192.0.2.1", "10.255.255.254", "172.31.255.254", "192.168.255.254")


def addresses() -> list[str]:
    """IPv4, the one that the default route uses first; empty without a network."""
    found = [_towards(one) for one in ELSEWHERE]
    with contextlib.suppress(OSError):  # a name that nobody resolves
        found += [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return list(dict.fromkeys(one for one in found if one and not ipaddress.ip_address(one).is_loopback))


def names() -> list[str]:
    """What this machine is called by others."""
    name = socket.gethostname().lower()
    return list(dict.fromkeys([name, f"{name.partition('.')[0]}.local"]))


def _towards(address: str) -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((address, 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])
