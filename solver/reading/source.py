"""From a path, bytes or an object to plain JSON values; reports what JSON itself forbids. Files may be YAML or TOML.

The standard library's `json` accepts repeated keys, NaN, infinities and halves of surrogate pairs. All of these would
be lost or fail later, so they are reported as problems with their places.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any, Literal

from warpack.solver.reading.collector import Collector, escaped, show
from warpack.solver.reading.texts.written import Written, form_of_name, position_in
from warpack.solver.wire.readable import readable_json

Source = Mapping[str, Any] | bytes | bytearray | memoryview | str | Path | Written

MOST_MANIFEST_BYTES = 16 * 1024 * 1024
"""A manifest of 65,536 buffers with long names and parts is about a quarter of this."""
MOST_LAYOUT_BYTES = 16 * MOST_MANIFEST_BYTES
"""A layout says several times as much of each buffer as its manifest did."""


class _Repeated(dict[str, Any]):
    """An object of the document in which some key stands more than once; the last one counts."""

    keys_repeated: tuple[str, ...] = ()


def read_source(collector: Collector, source: Source, most_bytes: int) -> Any:
    """JSON values of plain types; None (and a problem) where nothing could be read, or the text has more than
    `most_bytes`. No more than that is ever held in memory. Of a text that was read, `collector.written` is set."""
    try:
        if isinstance(source, Mapping):
            return _checked(collector, source, "")
        if isinstance(source, str | Path):
            source = Written(_file(collector, source, most_bytes), form_of_name(str(source)), str(source))
            if collector.problems:
                return None
        data = source.data if isinstance(source, Written) else source
        if not isinstance(data, bytes | bytearray | memoryview):
            raise TypeError(f"expected a mapping, bytes, or the path of a file, got {type(source).__name__}")
        if memoryview(data).nbytes > most_bytes:
            message = f"The text has more than {most_bytes} bytes, the most that are read."
            collector.error("document-too-large", "", message, place=_whole(source))
            return None
        return _values(collector, bytes(data), source if isinstance(source, Written) else None)
    except RecursionError:
        message = "The document is nested too deeply to be a manifest or a layout."
        collector.error("nested-too-deeply", "", message, place=_whole(source))
        return None


def refuse_other(collector: Collector, document: Any, wanted: Literal["manifest", "layout"]) -> bool:
    """Whether the document says by its `schema` that it is the other of the two. That is then its one problem: what
    else a reader would find says nothing."""
    other = "layout" if wanted == "manifest" else "manifest"
    schema = document.get("schema") if isinstance(document, Mapping) else None
    if not isinstance(schema, str) or not re.fullmatch(rf"warpack/{other}/[0-9]{{1,9}}", schema):
        return False
    collector.error("other-document", "/schema", f"This is a {other} ({schema}), and a {wanted} is wanted.")
    return True


def _whole(source: object) -> tuple[str | None, None]:
    """The place of what is wrong with all of the text."""
    return source.file if isinstance(source, Written) else None, None


def _file(collector: Collector, path: str | Path, most_bytes: int) -> bytes:
    if path == "":
        collector.error("unreadable-file", "", "The name of the file is empty.")
        return b""
    try:
        with Path(path).open("rb") as file:
            return file.read(most_bytes + 1)  # one more tells that it is too many
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        name, hint = str(path), ""
        if name.lstrip()[:1] in ("{", "["):
            name, hint = show(name), " JSON text itself is taken as bytes."
        else:
            name = readable_json(name)
        collector.error("unreadable-file", "", f"Cannot read the file {name}: {reason}.{hint}")
        return b""


def _values(collector: Collector, data: bytes, written: Written | None) -> Any:
    """JSON values; `collector.written` is set where positions in the text can be found."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"The text is not UTF-8: byte {error.start} ({data[error.start]:#04x})."
        collector.error("not-utf8", "", message, place=_whole(written))
        return None
    before = len(collector.problems)
    if written is None or written.form == "json":
        value, unread = _parsed(collector, text, None if written is None else written.file)
    else:
        value = _of_form(collector, text, written)
        unread = any(not problem.pointer for problem in collector.problems[before:])
    if not unread:
        collector.written = written
    return value


def _of_form(collector: Collector, text: str, written: Written) -> Any:
    if written.form == "yaml":
        from warpack.solver.reading.texts.yaml_text import yaml_values as read
    else:
        from warpack.solver.reading.texts.toml_text import toml_values as read
    return _checked(collector, read(collector, text, written.file), "")


def _parsed(collector: Collector, text: str, file: str | None) -> tuple[Any, bool]:
    """JSON values, and whether it is no JSON."""
    suspect = "\\ud" in text or "\\uD" in text

    def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal suspect
        values = dict(pairs)
        if len(values) == len(pairs):
            return values
        suspect = True
        seen: set[str] = set()
        repeated = _Repeated(values)
        repeated.keys_repeated = tuple(dict.fromkeys(key for key, _ in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]  # set.add gives None
        return repeated

    def constant(word: str) -> float:
        nonlocal suspect
        suspect = True
        return float(word)

    try:
        try:
            value = json.loads(text, object_pairs_hook=object_of, parse_constant=constant)
        except json.JSONDecodeError:
            raise
        except ValueError:  # an integer with more digits than Python converts: any huge one serves as well
            value = json.loads(text, object_pairs_hook=object_of, parse_constant=constant, parse_int=_integer)
    except json.JSONDecodeError as error:
        what = (
            "The text is empty." if not text.strip() else f"{error.msg} in line {error.lineno}, column {error.colno}."
        )
        collector.error("not-json", "", f"This is not JSON: {what}", place=(file, position_in(text, error.pos)))
        return None, True
    return (_checked(collector, value, "") if suspect else value), False


def _integer(digits: str) -> int:
    if len(digits) < 4000:
        return int(digits)
    huge = 10**100
    return -huge if digits.startswith("-") else huge


def _checked(collector: Collector, value: Any, at: str) -> Any:
    """A copy in plain dicts and lists, with a problem for each thing that JSON does not have."""
    if isinstance(value, str):  # most values: asked first
        if value.isascii() or _text(value) == value:
            return value
        collector.error("bad-string", at, "This text holds half a surrogate pair.")
        return _text(value)
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, list | tuple):
        return [_checked(collector, inner, f"{at}/{index}") for index, inner in enumerate(value)]
    if isinstance(value, Mapping):
        if isinstance(value, _Repeated):
            for key in value.keys_repeated:
                collector.error(
                    "duplicate-key", f"{at}/{_text(escaped(key))}", f"The key {show(key)} stands here twice."
                )
        plain: dict[str, Any] = {}
        for key, inner in value.items():
            if not isinstance(key, str):
                collector.error("wrong-type", at, f"Keys of an object must be strings, and one is {show(key)}.")
            elif key.isascii() or _text(key) == key:
                plain[key] = _checked(collector, inner, f"{at}/{escaped(key)}")
            else:
                collector.error("bad-string", f"{at}/{_text(escaped(key))}", "This key holds half a surrogate pair.")
        return plain
    if isinstance(value, float) and not isfinite(value):
        collector.error("not-finite", at, f"Numbers must be finite, and this is {value}.")
    return value


def _text(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
