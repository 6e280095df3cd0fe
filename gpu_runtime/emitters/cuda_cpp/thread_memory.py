"""`thread_memory`, the one object that every getter takes, and the macro that makes it."""

from __future__ import annotations

from collections.abc import Iterator

from warpack.gpu_runtime.emitters.cuda_cpp.types import items_of, type_name
from warpack.gpu_runtime.emitters.plan import AllocatorPlan, Slot

MOST_APART = 32
"""The most plain local arrays that are objects of their own. Compilers put each such object into registers by itself.
If an element of an array is indexed at run time, its whole object has to lie in memory. The last object holds all
remaining arrays."""


def thread_memory(plan: AllocatorPlan) -> Iterator[str]:
    """The storage of plain local arrays, the struct that refers to it, and the macro that declares both."""
    objects = _objects(plan)
    yield from ("", "namespace memory {", "", "/// Plain local arrays of a thread, one in each while there are few.")
    yield from ("template <int Number>", "struct local_storage {};")
    for number, held in enumerate(objects):
        yield from ("template <>", f"struct local_storage<{number}> {{")
        for at, slot in held:
            yield f"    alignas({slot.alignment_bytes:d}) {type_name(slot.dtype)} array_{at}[{items_of(slot):d}];"
        yield "};"
    yield from ("", "}  // namespace memory")
    yield from (
        "",
        "/// What every getter takes: the run that this thread serves, and where its local storage is. WARPACK_MEMORY makes one.",
        "struct thread_memory {",
        "    int run;",
        "    persistent& kept;",
    )
    given, first = "", "run(of_run), kept(storage)"
    for number, held in enumerate(objects):
        given += f", memory::local_storage<{number}>& local_{number}"
        for at, slot in held:
            yield f"    {type_name(slot.dtype)}* array_{at};"
            first += f", array_{at}(local_{number}.array_{at})"
    yield from (
        "    template <class... None>",
        f"    __device__ __forceinline__ thread_memory(int of_run, persistent& storage{given}, None&...)",
        f"        : {first} {{}}",
        "    /// The same with the windows of another run of the block.",
        "    __device__ __forceinline__ thread_memory with_run(int other) const {",
        "        thread_memory changed = *this;",
        "        changed.run = other;",
        "        return changed;",
        "    }",
        "};",
    )


def macro() -> Iterator[str]:
    """The same text in every header, so that it can be defined again."""
    objects = [f"space::memory::local_storage<{number}> name##_{number};" for number in range(MOST_APART)]
    names = [f"name##_{number}" for number in range(MOST_APART)]
    yield from (
        "",
        "/// Declares `name`, the thread_memory of this thread, of the layout in the namespace `space`: once in a kernel.",
        "#ifndef WARPACK_MEMORY",
        "#define WARPACK_MEMORY(space, name) \\",
        "    space::persistent name##_kept; \\",
    )
    for start in range(0, MOST_APART, 2):
        yield f"    {' '.join(objects[start : start + 2])} \\"
    yield "    space::thread_memory name(space::run_in_block(), name##_kept, \\"
    for start in range(0, MOST_APART, 8):
        end = ", \\" if start + 8 < MOST_APART else ")"
        yield f"        {', '.join(names[start : start + 8])}{end}"
    yield "#endif"


def _objects(plan: AllocatorPlan) -> list[list[tuple[int, Slot]]]:
    numbered = list(enumerate(plan.local))
    objects = [[one] for one in numbered[:MOST_APART]]
    if len(numbered) > MOST_APART:
        objects[-1] += numbered[MOST_APART:]
    return objects
