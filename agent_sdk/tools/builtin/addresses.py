"""Which hosts and addresses a web tool may reach.

Names are checked against an allowlist, and the addresses that they resolve to against the registries of
special-purpose addresses: https://www.iana.org/assignments/iana-ipv4-special-registry and
https://www.iana.org/assignments/iana-ipv6-special-registry.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from agent_sdk.contracts.errors import ConfigError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
AddressPolicy = Callable[[Address], bool]
"""Whether an address may be connected to."""

DEFAULT_PORTS: Final = (80, 443)

_V4_REFUSED: Final = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers; Alibaba's metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's host
        "169.254.0.0/16",  # link-local; metadata of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_V6_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that is assigned to public hosts: mapped, NAT64, unique-local, link-local and multicast are outside."""
_V6_REFUSED: Final = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments; Teredo carries IPv4
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 carries IPv4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
_LAST_LABEL_IS_NUMBER: Final = re.compile(r"(?:.*\.)?(?:\d+|0[xX][0-9a-fA-F]*)\.?")
_ENTRY: Final = re.compile(r"(\*\.)?(\[[0-9a-fA-F:.]+\]|[^\s:/\[\]@*?#%]+)(?::(\d{1,5}))?")


def is_public(address: Address) -> bool:
    """Whether an address belongs to a host on the internet, and to no special purpose."""
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _V4_REFUSED)
    return (
        address.scope_id is None
        and address in _V6_UNICAST
        and not any(address in network for network in _V6_REFUSED)
    )


def literal(host: str) -> Address | None:
    """The address that `host` is, written the usual way; None for a name.

    Raises:
        ValueError: It is a number that some resolvers read as an address: `2130706433`, `0x7f.1`, `0177.0.0.1`
            (https://url.spec.whatwg.org/#ends-in-a-number-checker).
    """
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        if ":" in host or _LAST_LABEL_IS_NUMBER.fullmatch(host):
            raise
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    host: str
    with_subdomains: bool
    ports: tuple[int, ...]

    def allows(self, host: str, port: int) -> bool:
        fits = host.endswith("." + self.host) if self.with_subdomains else host == self.host
        return fits and port in self.ports


class Allowlist:
    """Hosts that may be reached."""

    def __init__(self, entries: Iterable[str]) -> None:
        """Read `example.com`, `*.example.com` (subdomains only) and `example.com:8443`.

        Without a port, an entry means ports 80 and 443.

        Raises:
            ConfigError: An entry is none of these.
        """
        self._entries = tuple([_parsed(entry) for entry in entries])

    def __bool__(self) -> bool:
        return bool(self._entries)

    def allows(self, host: str, port: int) -> bool:
        """Whether a host (in ASCII) may be reached at a port."""
        name = host.lower().rstrip(".")
        return any(entry.allows(name, port) for entry in self._entries)


def _parsed(entry: str) -> _Entry:
    match = _ENTRY.fullmatch(entry.strip())
    if match is None:
        msg = f"{entry!r} is not a host of an allowlist"
        raise ConfigError(msg, hint="Write example.com, *.example.com or example.com:8443, without a scheme.")
    host, port = match[2].strip("[]").lower().rstrip("."), match[3]
    try:
        if not host.isascii():
            host = host.encode("idna").decode()
    except UnicodeError as error:
        raise ConfigError(f"{entry!r} is not a host name: {error}", hint="Write it as xn--….") from error
    return _Entry(host=host, with_subdomains=bool(match[1]), ports=(int(port),) if port else DEFAULT_PORTS)
