"""The names and addresses under which this machine can be reached."""

from __future__ import annotations

import ipaddress
import socket

import ifaddr

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Looking up the way to an address that is nobody's (RFC 5737) sends nothing and names our own end.
NOBODY = ("192.0.2.1", 9)
LOOPBACK: set[Address] = {ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")}


def own_names() -> set[str]:
    """`localhost`, the host's name, and the name it has for its neighbours (`.local`)."""
    host = socket.gethostname().strip().rstrip(".").lower()
    names = {"localhost"}
    if host and host.isascii() and not _is_address(host):
        names |= {host, host.split(".")[0] + ".local"}
    return names


def own_addresses() -> set[Address]:
    """Every address of every interface, loopback included."""
    found = set(LOOPBACK)
    for adapter in ifaddr.get_adapters():
        for ip in adapter.ips:
            # An IPv6 entry is (address, flow, scope); the scope only has a meaning on this machine.
            text = ip.ip if isinstance(ip.ip, str) else ip.ip[0]
            found.add(ipaddress.ip_address(text.split("%")[0]))
    return found


def listened_addresses(host: str) -> set[Address]:
    """The own addresses at which a server that listens on this host can be reached, loopback always included.

    A new IPv6 address, which phones and laptops give themselves every day, is none where the server knows IPv4 alone;
    nor is one that holds on its own wire only, since browsers take none of those.
    """
    found = {each for each in own_addresses() if not (each.version == 6 and each.is_link_local)}
    if not _is_address(host):
        # A name, or none: the server asks for its IPv4 address.
        return {each for each in found if each.version == 4} | LOOPBACK
    listened = ipaddress.ip_address(host)
    if not listened.is_unspecified:
        return {listened} | LOOPBACK
    # One that listens at every IPv6 address is reached by IPv4 too.
    return {each for each in found if each.version == 4 or listened.version == 6} | LOOPBACK


def lan_addresses() -> list[str]:
    """The IPv4 addresses a phone could use, the likeliest first."""
    usable = [a for a in own_addresses() if a.version == 4 and not (a.is_loopback or a.is_link_local)]
    first = _outgoing()
    usable.sort(key=lambda address: (str(address) != first, not address.is_private, int(address)))
    return [str(address) for address in usable]


def _outgoing() -> str:
    """The address of the interface that has the default route; empty where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(NOBODY)
            return str(probe.getsockname()[0])
        except OSError:
            return ""


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
