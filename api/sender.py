"""Where a request comes from, for limits by address."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

#: A connection's own part of an IPv6 address: the rest changes from one page to the next.
IPV6_NETWORK = 64


def address_of(request: HttpRequest) -> str | None:
    """The sender's address, for IPv6 the first one of its network; None where none was told.

    Behind a proxy it is what the proxy added, which is last: what stands before anybody can write.
    """
    told = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        told = request.headers.get("X-Forwarded-For", told).rpartition(",")[2].strip()
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return None
    if address.version == 6:
        network = ipaddress.ip_network((address, IPV6_NETWORK), strict=False)
        return str(network.network_address)
    return str(address)
