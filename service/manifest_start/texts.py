"""A first manifest as text, with comments that say what may come next."""

from __future__ import annotations

import json
import re
from typing import Any

from warpack.service.manifest_start.start import Start
from warpack.solver.reading.texts.written import Form
from warpack.solver.reading.texts.yaml_words import meaning

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_ ]*[A-Za-z0-9_]|[A-Za-z_]")
_MORE = (
    "More that a buffer may say: scope: block (one copy per block), location: auto (Warpack decides), persistent: true,",
    "accesses_in: {writes: [...], reads: [...]} in place of lifetime, zero: entry, parts, aliases, stages, async.",
    "`warpack check` says what is wrong, `warpack schema` describes every field.",
)


def text_of(start: Start, form: Form, schema: str | None, file: str) -> str:
    """The manifest in this form. `schema`: where editors find the JSON Schema; `file`: what it will be called."""
    if form == "json":
        named = {} if schema is None else {"$schema": schema}
        return json.dumps(named | start.document(), indent=2, ensure_ascii=False) + "\n"
    return _yaml(start, schema, file) if form == "yaml" else _toml(start, schema, file)


def _yaml(start: Start, schema: str | None, file: str) -> str:
    document = start.document()
    head = [] if schema is None else [f"# yaml-language-server: $schema={schema}"]
    lines = [
        *head,
        f"# The buffers of one kernel, for Warpack: warpack solve {file}",
        f"schema: {document['schema']}",
        f"name: {_word(start.name)}",
        "",
        "target:",
        f'  compute_capability: "{start.arch}"  # in quotes: it is a string',
        "  # shared_budget_bytes: opt-in  # the architecture's largest; 49152 unless said",
        "  # registers_per_thread: 64  # of your compiled kernel: warpack measure CUBIN",
        "launch:",
        f"  threads_per_run: {start.threads_per_run}  # threads that work on one item together",
        "  # max_threads_per_block: 256",
        "",
        "timeline:",
        "  # The steps of the kernel, in program order.",
        f"  phases: {_flow(document['timeline']['phases'])}",
        "  # A loop goes from its first to its last phase, both included; at_least: 1 if it is never skipped.",
        *_loops_of_yaml(start),
        "  # Where threads wait for one another: every, before each phase, or a list. What several threads use shares",
        "  # bytes only across a barrier. One that the kernel does not have corrupts results.",
        "  barriers: every" if start.barriers else "  # barriers: [{before: " + _word(start.phases[-1]) + "}]",
        "",
        "# Sizes are in elements. A lifetime is a list of [phase of the first write, phase of the last read]; without",
        "# one a buffer is live in every phase. One that is too short corrupts results; one too long wastes bytes.",
        "buffers:",
    ]
    for buffer in document["buffers"]:
        lines.append(f"  - name: {_word(buffer['name'])}")
        lines += [f"    {key}: {_flow(value)}" for key, value in buffer.items() if key != "name"]
    return "\n".join([*lines, "", *(f"# {line}" for line in _MORE)]) + "\n"


def _loops_of_yaml(start: Start) -> list[str]:
    if not start.loops:
        return [f"  # loops: [[{_word(start.phases[0])}, {_word(start.phases[-1])}]]"]
    return [f"  loops: {_flow([list(span) for span in start.loops])}"]


def _flow(value: Any) -> str:
    """On one line."""
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    return _word(value) if isinstance(value, str) else json.dumps(value)


def _word(text: str) -> str:
    """Without quotes where it is a string without them, to readers of any version of YAML."""
    other = text.lower() in ("yes", "no", "on", "off", "y", "n")
    plain = _PLAIN.fullmatch(text) and meaning(text) == text and not other
    return text if plain else json.dumps(text, ensure_ascii=False)


def _toml(start: Start, schema: str | None, file: str) -> str:
    document = start.document()
    timeline = document["timeline"]
    head = [] if schema is None else [f"#:schema {schema}"]
    lines = [
        *head,
        f"# The buffers of one kernel, for Warpack: warpack solve {file}",
        f"schema = {json.dumps(document['schema'])}",
        f"name = {json.dumps(start.name, ensure_ascii=False)}",
        "",
        "[target]",
        f"compute_capability = {json.dumps(start.arch)}",
        '# shared_budget_bytes = "opt-in"  # the architecture\'s largest; 49152 unless said',
        "",
        "[launch]",
        f"threads_per_run = {start.threads_per_run}  # threads that work on one item together",
        "",
        "[timeline]",
        *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in timeline.items()),
        "",
        "# Sizes are in elements. A lifetime is a list of [phase of the first write, phase of the last read].",
    ]
    for buffer in document["buffers"]:
        lines += [
            "[[buffers]]",
            *(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in buffer.items()),
            "",
        ]
    return "\n".join([*lines, "# `warpack check` says what is wrong, `warpack schema` describes every field."]) + "\n"
