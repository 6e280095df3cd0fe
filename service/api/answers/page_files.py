"""The files of the web page: read once, compressed once, and found by name alone. So no path of a request reaches the
disk."""

from __future__ import annotations

import gzip
import hashlib
import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
_EXAMPLES = "examples"
_INDEX = "index.html"
_WORTH_PACKING = 0.9
_FIRST_MODULE = "js/page.js"
_IMPORT = re.compile(r"""^import\s(?:[^;"']*\sfrom\s)?["'](\.[^"']+)["'];""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PageFile:
    """`packed` is `plain` by gzip; None if that saves too little."""

    media_type: str
    plain: bytes
    packed: bytes | None


@dataclass(frozen=True, slots=True)
class PageFiles:
    """`version` changes with every byte of every file. `index` is the page itself. `first_modules`: what the page loads
    before it can be used. A browser that is told so need not find them one after another."""

    version: str
    index: bytes
    first_modules: tuple[str, ...]
    by_name: dict[str, PageFile]


@cache
def page_files() -> PageFiles:
    """All files of the page, by their names below `/page/`."""
    folder = files("warpack.service").joinpath("page")
    found = dict(_walk(folder))
    index = folder.joinpath(_INDEX).read_bytes()
    examples = {name: data for name, data in found.items() if name.startswith(f"{_EXAMPLES}/")}
    found[f"{_EXAMPLES}/index.json"] = _list_of(examples)
    version = hashlib.sha256(index)
    for name, data in sorted(found.items()):
        version.update(b"%s\0%d\0%s" % (name.encode(), len(data), data))
    first = tuple(sorted(_imported(found, _FIRST_MODULE)))
    return PageFiles(version.hexdigest()[:12], index, first, {name: _file(name, data) for name, data in found.items()})


def _imported(found: dict[str, bytes], name: str, known: frozenset[str] = frozenset()) -> frozenset[str]:
    """The module, and all that it imports from its beginning. Raises KeyError if one is not there."""
    known |= {name}
    for inner in _IMPORT.findall(found[name].decode()):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), inner))
        if target not in known:
            known |= _imported(found, target, known)
    return known


def packed(data: bytes) -> bytes | None:
    """The bytes by gzip, always the same for the same bytes; None if that saves too little."""
    small = gzip.compress(data, 9, mtime=0)
    return small if len(small) < _WORTH_PACKING * len(data) else None


def _file(name: str, data: bytes) -> PageFile:
    return PageFile(_MEDIA_TYPES[_suffix(name)], data, packed(data))


def _walk(folder: Traversable, above: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        name = above + entry.name
        if entry.is_dir():
            yield from _walk(entry, f"{name}/")
        elif _suffix(name) in _MEDIA_TYPES:
            yield name, entry.read_bytes()


def _suffix(name: str) -> str:
    return name[name.rfind(".") :] if "." in name else ""


def _list_of(examples: dict[str, bytes]) -> bytes:
    """What the page shows of each example before it is picked."""
    shown = []
    for name, data in sorted(examples.items()):
        manifest = json.loads(data)
        shown.append(
            {
                "file": name.removeprefix(f"{_EXAMPLES}/"),
                "name": manifest["name"],
                "compute_capability": manifest["target"]["compute_capability"],
                "buffers": len(manifest["buffers"]),
            }
        )
    return json.dumps(shown, ensure_ascii=False).encode()
