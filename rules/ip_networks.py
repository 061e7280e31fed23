"""What counts as one address: an IPv4 address, and of IPv6 the /64 that one customer of a provider holds whole."""

from ipaddress import IPv6Address, ip_address, ip_network


def network(address: str) -> str:
    """Text that is no address stands for itself; an IPv4 address written as IPv6 for the IPv4 address."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ip_network((int(found), 64), strict=False))
    return str(found)
