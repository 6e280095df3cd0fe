"""Which names a caller may use for this service.

A web page can have its own name point at this machine (DNS rebinding) and then talk to the service as to itself. So a
name is taken only if it is one of this machine's loopback, the address listened on, or allowed by the operator. Where
the service listens to other machines, so is any address written as a number: a page cannot rebind that.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from http import HTTPStatus

from warpack.service.problems import ProblemDetails

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})

_AUTHORITY = re.compile(r"(\[[0-9a-f:.]{2,64}\]|[a-z0-9._-]{1,255})(?::[0-9]{1,5})?")


class Hosts:
    """`listens_on`: the address that the service was told to listen on. `*` among `allowed` allows every name."""

    def __init__(self, listens_on: str, allowed: Iterable[str]) -> None:
        self._names = LOOPBACK | {listens_on, f"[{listens_on}]", *allowed}
        self._any = "*" in self._names
        self._numbers = not is_loopback(listens_on)

    def fault(self, host: bytes | None) -> ProblemDetails | None:
        """What is wrong with the Host field of a request."""
        found = _AUTHORITY.fullmatch((host or b"").decode("latin-1").lower())
        if found is None:
            return _refused("The Host field of the request is missing or no host.")
        name = found.group(1)
        if self._any or name in self._names or (self._numbers and _is_number(name)):
            return None
        return _refused(
            "The service does not go by the name in the request's Host field. An operator adds names with the setting "
            "allowed_hosts (WARPACK_ALLOWED_HOSTS)."
        )


def is_loopback(address: str) -> bool:
    """Whether what listens to this address is reached from its own machine alone."""
    return address == "localhost" or (_is_number(address) and ipaddress.ip_address(address).is_loopback)


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _refused(detail: str) -> ProblemDetails:
    return ProblemDetails("host-not-allowed", "Not the host asked for", HTTPStatus.MISDIRECTED_REQUEST, detail)
