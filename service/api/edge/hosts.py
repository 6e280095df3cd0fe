"""The names that a caller may use for this service.

A web page can make its own name point at this machine (DNS rebinding), and then call the service as its own site. So a
name is allowed only if it is a loopback name, the address that the service listens on, or one that the operator allows.
If the service listens to other machines, any numeric address is allowed too, because a page cannot rebind a number.
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
    """`listens_on` is the address that the service listens on. `*` among `allowed` allows every name."""

    def __init__(self, listens_on: str, allowed: Iterable[str]) -> None:
        self._names = LOOPBACK | {listens_on, f"[{listens_on}]", *allowed}
        self._any = "*" in self._names
        self._numbers = not is_loopback(listens_on)

    def fault(self, host: bytes | None) -> ProblemDetails | None:
        """What is wrong with the Host field of a request."""
        found = _AUTHORITY.fullmatch((host or b"").decode("latin-1").lower())
        if found is None:
            return _refused("The Host field of the request is missing, or is not a host.")
        name = found.group(1)
        if self._any or name in self._names or (self._numbers and _is_number(name)):
            return None
        return _refused(
            "The service is not known by the name in the request's Host field. An operator adds names with the setting "
            "allowed_hosts (WARPACK_ALLOWED_HOSTS)."
        )


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach a service that listens on the address."""
    return address == "localhost" or (_is_number(address) and ipaddress.ip_address(address).is_loopback)


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _refused(detail: str) -> ProblemDetails:
    return ProblemDetails("host-not-allowed", "The host is not allowed", HTTPStatus.MISDIRECTED_REQUEST, detail)
