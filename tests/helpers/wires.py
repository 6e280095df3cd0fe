"""A wire between a worker and a service of this machine that can be cut, in two kinds."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

import pytest

from tests.helpers.breakable_proxy import breakable_proxy

# Four addresses of the block that is set aside for tests of network devices (RFC 2544), by the process's id.
_NETWORK = IPv4Network((int(IPv4Address("198.18.0.0")) + 4 * (os.getpid() % 2**15), 30))
FAR_HOST = str(_NETWORK[1])
"""This machine, as a network of its own reaches it."""


@dataclass(frozen=True)
class Wire:
    """The worker finds the service at `host` and `port`, and is started by `command` and the words of its own."""

    host: str
    port: int
    cut: Callable[[], None]
    mend: Callable[[], None]
    command: tuple[str, ...] = ()


@contextmanager
def through_a_proxy(service_port: int) -> Iterator[Wire]:
    """While it is cut, connections stay open and no byte goes through."""
    with breakable_proxy(service_port) as proxy:
        yield Wire("127.0.0.1", proxy.port, proxy.cut, proxy.mend)


@contextmanager
def from_a_network_of_its_own(service_port: int) -> Iterator[Wire]:
    """The worker has a network namespace, with a cable to this machine and nothing else. While it is cut, the cable is
    unplugged: every packet is lost. Skips the test where no namespace can be made: it wants root and `ip`."""
    name = f"warpack{os.getpid()}"
    here, there = (f"{host}/{_NETWORK.prefixlen}" for host in _NETWORK.hosts())
    try:
        _ip("netns", "add", name)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no network namespace can be made here: {getattr(error, 'stderr', None) or error}")
    try:
        _ip("link", "add", name, "type", "veth", "peer", "name", "cable", "netns", name)
        _ip("address", "add", here, "dev", name)
        _ip("-n", name, "address", "add", there, "dev", "cable")
        _ip("-n", name, "link", "set", "cable", "up")
        _ip("link", "set", name, "up")
        with breakable_proxy(service_port, host=FAR_HOST) as relay:
            yield Wire(
                FAR_HOST,
                relay.port,
                cut=lambda: _ip("link", "set", name, "down"),
                mend=lambda: _ip("link", "set", name, "up"),
                command=("ip", "netns", "exec", name),
            )
    finally:
        _ip("netns", "delete", name)


def _ip(*arguments: str) -> None:
    subprocess.run(("ip", *arguments), check=True, capture_output=True, text=True)
