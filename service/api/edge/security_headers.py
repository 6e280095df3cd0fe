"""Header fields of every answer. They tell a browser to show the answer, and to do nothing else with it."""

from __future__ import annotations

_ALWAYS: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"private, no-cache"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)


def with_security(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The fields, with each of `_ALWAYS` that the call has not set itself. An answer whose own policy lets every page
    frame it gets no X-Frame-Options, which would contradict that."""
    there = {name.lower() for name, _ in headers}
    if any(name.lower() == b"content-security-policy" and b"frame-ancestors *" in value for name, value in headers):
        there.add(b"x-frame-options")
    return [*headers, *(field for field in _ALWAYS if field[0] not in there)]
