"""The text of `allocators_checked.py`: the emitter's functions, with separate storage for each buffer, then the
checks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files

from warpack.gpu_runtime.checked.storage import apart
from warpack.gpu_runtime.checked.tables import pieces_of
from warpack.gpu_runtime.checked.text import constant_bytes, device_tables, host_tables
from warpack.gpu_runtime.checked.ways import ways_of
from warpack.gpu_runtime.emitters.errors import EmitError
from warpack.gpu_runtime.emitters.numba_cuda import emit_text
from warpack.gpu_runtime.emitters.plan import AllocatorPlan
from warpack.gpu_runtime.emitters.planning import plan_allocators
from warpack.solver.verifier.story import derive
from warpack.solver.wire.given import check_given
from warpack.solver.wire.layout import Layout, sized_for
from warpack.solver.wire.manifest import Manifest

MOST_PHASES = 16384
"""A larger table is too long for a kernel to go through at every phase."""

MOST_TABLE_BYTES = 60 * 1024
"""The tables are constants of the kernel, which has 64 KB for constants on every architecture; the rest is the
user's."""

_SUPPORT = ("device.py", "ways.py", "calls.py", "host.py", "places.py", "watching.py", "order.py")
"""In the order in which they need one another."""

_MARK = "# ---- emitted from here on\n"

_DOCSTRING = '''"""Checked allocators of one layout, made by Warpack: the getters of allocators.py, and checks of the lifetimes.

In a kernel, which is handed a record (`new_record(blocks)`, an int32 array) besides its own arguments:

    run = run_in_block()
    begin(record, run)
    memory = thread_memory(run)
    init(memory)
    phase(record, run, PHASE_...)      # at the start of every phase
    end(record, run)                   # at the kernel's end

and on the host, after the launch, `report(record)`: a list of sentences, empty where no fault was seen. Here every
buffer has bytes of its own, which are poisoned while it has no contents. Launch with THREADS_PER_BLOCK threads and
DYNAMIC_SHARED_BYTES of dynamic shared memory: both may differ from those of allocators.py.
"""'''


def emit_checked(layout: Layout, manifest: Manifest) -> str:
    """The source text of the layout's checked allocators, for numba-cuda and its simulator: the same text for the same
    layout.

    Raises EmitError where `emit` does, for more than MOST_PHASES phases (calls written out), for tables
    of more than MOST_TABLE_BYTES, and for a buffer whose getter would have the name of one of the checks.
    """
    check_given("emit_checked", layout=layout, manifest=manifest)
    plan_allocators(layout, manifest)  # what cannot be emitted is refused with the message for the real layout
    if layout.launch is None:
        raise EmitError("the layout is infeasible: there is nothing to hand out")
    manifest = sized_for(manifest, layout)
    story = derive(manifest)
    if story.length > MOST_PHASES:
        raise EmitError(
            f"{story.length} phases with every call written out, at most {MOST_PHASES} can be checked",
            number=story.length,
        )
    storage = apart(layout, layout.launch, manifest)
    plan = plan_allocators(storage.layout, manifest)
    together = plan.threads_per_run > 1 or any(slot.region == "block" and slot.count for slot in plan.slots)
    ways = ways_of(story, together=together)
    pieces, guards = pieces_of(manifest, layout, storage, story, ways)
    table_bytes = constant_bytes(pieces, ways)
    if table_bytes > MOST_TABLE_BYTES:
        raise EmitError(
            f"the tables of {guards} buffers and parts in all their phases take {table_bytes} bytes of constant memory, "
            f"at most {MOST_TABLE_BYTES} can be had",
            number=table_bytes,
        )
    support = [_support(name) for name in _SUPPORT]
    tables = [
        *device_tables(plan, story, ways, pieces, together=together),
        *host_tables(layout, layout.launch, story, plan, pieces, guards),
    ]
    _check_names(plan, support, tables)
    text = _with_docstring(emit_text(replace(plan, layout_sha256=layout.sha256), any_block=True))
    return "\n".join([text, *tables, "", *support])


def _support(name: str) -> str:
    """The part of a support module that is emitted."""
    return files("warpack.gpu_runtime.checked.support").joinpath(name).read_text(encoding="utf-8").split(_MARK, 1)[1]


def _with_docstring(text: str) -> str:
    """The emitter's text with our docstring in place of its own."""
    first = ast.parse(text).body[0]
    lines = text.splitlines()
    return "\n".join([_DOCSTRING, *lines[first.end_lineno :]])


def _check_names(plan: AllocatorPlan, support: list[str], tables: list[str]) -> None:
    """No getter may have the name of something that the checks define."""
    defined = set(_defined(ast.parse("\n".join([*tables, *support])).body))
    for slot in plan.slots:
        for name in (slot.identifier, f"zero_{slot.identifier}"):
            if name in defined:
                raise EmitError(
                    f"its getter {name!r} has the name of one of the checks: name it otherwise", buffer=slot.name
                )


def _defined(body: list[ast.stmt]) -> Iterator[str]:
    """The names that these statements define in a module."""
    for statement in body:
        match statement:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Tuple(elts=names)]):
                yield from (name.id for name in names if isinstance(name, ast.Name))
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.For(target=ast.Name(id=name)):
                yield name
            case ast.Import(names=imported):
                yield from (alias.asname or alias.name for alias in imported)
            case ast.If(body=inner):
                yield from _defined(inner)
