"""Manifests and layouts from files or standard input."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from warpack.service.cli.exits import BAD_INPUT, CommandFailed
from warpack.service.cli.options import FLAGS
from warpack.solver.wire.problems import ManifestError, Problem

if TYPE_CHECKING:
    from warpack.solver.wire.layout import Layout
    from warpack.solver.wire.manifest import Manifest

MANIFEST_HELP = "File of the manifest (JSON, .yaml or .toml); - is standard input (JSON or YAML)."
STDIN = "<standard input>"
"""Replaces `-` before the command line is parsed, because cyclopts takes a lone `-` for an option without a name."""
_LONGEST_S = 3600.0


def with_stdin_named(arguments: Sequence[str]) -> list[str]:
    """The arguments with STDIN for each `-` that is not the value of an option."""
    named: list[str] = []
    for argument in arguments:
        is_value = bool(named) and named[-1].startswith("--") and named[-1] not in FLAGS
        named.append(STDIN if argument == "-" and not is_value else argument)
    return named


def stdin_bytes(most: int = -1) -> bytes:
    """What standard input has, or the first `most` bytes of it. Raises CommandFailed if it cannot be read."""
    if sys.stdin is None:
        raise CommandFailed("standard input is closed", BAD_INPUT)
    try:
        return sys.stdin.buffer.read(most)
    except OSError as error:
        raise CommandFailed(f"cannot read standard input: {error.strerror or error}", BAD_INPUT) from None


def read_manifest(source: str, data: bytes | None = None) -> Manifest:
    """The manifest in the file `source`, or on standard input if `source` is STDIN. `data` is what was already read
    from standard input. Raises ManifestError with every problem."""
    from warpack.solver import load_manifest
    from warpack.solver.reading.source import MOST_MANIFEST_BYTES
    from warpack.solver.reading.texts.written import Written, form_of_stream

    if source != STDIN:
        return load_manifest(source)
    if data is None:
        data = stdin_bytes(MOST_MANIFEST_BYTES + 1)
    return load_manifest(Written(data, form_of_stream(data), STDIN))


def read_layout(source: str | bytes) -> Layout:
    """The layout in the file `source`, on standard input if `source` is STDIN, or of this text. Raises ManifestError
    with every fault of its form."""
    from warpack.solver.reading.layout_reader import LayoutFormatError
    from warpack.solver.reading.layout_reader import read_layout as read

    try:
        return read(stdin_bytes() if source == STDIN else source)
    except LayoutFormatError as error:
        raise ManifestError(error.problems) from None
    except OSError as error:
        reason = f"Cannot read the file {source!r}: {error.strerror or error}."
        raise ManifestError((Problem("unreadable-file", "", reason),)) from None


def checked_architecture(value: str) -> str:
    """The value of `--arch`, if the table has it. Raises CommandFailed."""
    from warpack.solver.devices import DEVICES

    if value not in DEVICES:
        known = ", ".join(DEVICES)
        raise CommandFailed(f"--arch: there is no architecture {value!r} in the table. Known: {known}", BAD_INPUT)
    return value


def checked_time_limit(time_limit_s: float) -> float:
    """The value of `--time-limit`, if it is valid. Raises CommandFailed."""
    if not 0 < time_limit_s <= _LONGEST_S:
        message = f"--time-limit must be above 0 and at most {_LONGEST_S:.0f} seconds, not {time_limit_s}"
        raise CommandFailed(message, BAD_INPUT)
    return time_limit_s
