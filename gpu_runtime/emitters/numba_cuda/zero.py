"""Zeroing: one function per buffer that asks for it, and for each kind of threads that share memory one loop that all
of them call.

Why the loop is given to the compiler as its own instructions: as Python text in each zero function it costs ten times
as much as the rest of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from warpack.gpu_runtime.emitters.names import zero_name
from warpack.gpu_runtime.emitters.numba_cuda.expressions import Places, device_function
from warpack.gpu_runtime.emitters.numba_cuda.getters import value
from warpack.gpu_runtime.emitters.numba_cuda.views import view
from warpack.gpu_runtime.emitters.plan import AllocatorPlan, Scattered, Slot
from warpack.solver.wire.units import Elements

_COMPILED = '''

if not IN_SIMULATOR:
    from numba.cuda.nvvmutils import SRegBuilder

    def zero_view_with(first_and_step):
        """The loop of the functions below, written as what the compiler makes of it: it compiles ten times as fast."""

        @intrinsic
        def zero_view(typing_context, view, count):
            def generate(context, builder, signature, arguments):
                whole = context.make_array(signature.args[0])(context, builder, arguments[0])
                number, index = arguments[1].type, context.get_value_type(types.int64)
                x, y, z = map(SRegBuilder(builder).tid, "xyz")
                wide, high, deep = map(SRegBuilder(builder).ntid, "xyz")
                thread = builder.add(x, builder.mul(wide, builder.add(y, builder.mul(high, z))))
                threads = builder.mul(wide, builder.mul(high, deep))
                first, step = first_and_step(builder, number, thread, threads)
                before, test, body, after = builder.block, *(builder.append_basic_block() for _ in range(3))
                builder.branch(test)
                builder.position_at_end(test)
                i = builder.phi(number)
                i.add_incoming(first, before)
                builder.cbranch(builder.icmp_unsigned("<", i, arguments[1]), body, after)
                builder.position_at_end(body)
                element = builder.gep(whole.data, [builder.zext(i, index)])
                context.pack_value(builder, view.dtype, context.get_constant_null(view.dtype), element)
                i.add_incoming(builder.add(i, step), body)
                builder.branch(test)
                builder.position_at_end(after)
                return context.get_dummy_value()

            return types.void(view, types.uint32), generate

        return zero_view
'''


@dataclass(frozen=True, slots=True)
class _Sharers:
    """Threads that zero a view together: `first` is where one begins, `step` how many they are, in Python; `compiled`
    says both to the compiler."""

    name: str
    who: str
    first: str
    step: str
    compiled: str

    @property
    def many(self) -> bool:
        return self.step != "1"


_THREAD = _Sharers("zero_view_by_thread", "this thread alone", "0", "1", "number(0), number(1)")
_RUN = _Sharers(
    "zero_view_by_run",
    "all threads of the run together",
    "lane_in_run()",
    "THREADS_PER_RUN",
    "builder.urem(thread, number(THREADS_PER_RUN)), number(THREADS_PER_RUN)",
)
_BLOCK = _Sharers(
    "zero_view_by_block",
    "all threads of the block together",
    "thread_in_block()",
    "THREADS_PER_BLOCK",
    "thread, number(THREADS_PER_BLOCK)",
)
_ANY_BLOCK = replace(_BLOCK, step="threads_in_block()", compiled="thread, threads")


def _sharers(slot: Slot, threads_per_run: int) -> _Sharers:
    if slot.region == "block":
        return _BLOCK
    return _RUN if slot.region == "run" and threads_per_run > 1 else _THREAD


def zero_loops(plan: AllocatorPlan, *, any_block: bool) -> Iterator[str]:
    """The loops that the plan's zero functions and `init` call. No `range`, which counts first how often it goes round,
    and no sign: an index that may be below 0 is asked each time if it is."""
    found = dict.fromkeys(_sharers(slot, plan.threads_per_run) for slot in plan.slots if slot.zero or slot.entry)
    if found:
        yield from _COMPILED.rstrip().splitlines()
    for each in found:
        sharers = _ANY_BLOCK if each == _BLOCK and any_block else each
        body = [
            f"i = types.uint32({sharers.first})",
            "while i < types.uint32(count):",
            "    view[i] = 0",
            f"    i = types.uint32(i + types.uint32({sharers.step}))",
        ]
        docstring = f"Zeroes the first `count` elements of a view, by {sharers.who}."
        yield from device_function(sharers.name, "view, count", docstring, body)
        compiled = f"lambda builder, number, thread, threads: ({sharers.compiled})"
        yield from (
            "",
            "",
            "if not IN_SIMULATOR:",
            f"    {sharers.name} = zero_view_with(",
            f"        {compiled}",
            "    )",
        )


def zero_function(slot: Slot, places: Places, threads_per_run: int) -> Iterator[str]:
    """The threads that share the buffer stride over it together; a buffer of one thread is zeroed by that thread."""
    sharers = _sharers(slot, threads_per_run)
    then = "" if not sharers.many else " A barrier must follow before another thread touches it."
    what, handed_out, count = slot.name, value(slot, places), slot.count
    together = slot.pitch == slot.count
    if slot.is_ring:
        what = f"every slot of {slot.name}"
        if together:
            count = slot.extent
            handed_out = view(places.memory(slot), slot.offset, count)
    body = [zero_call(handed_out, count, slot, threads_per_run)]
    if slot.is_ring and not together:
        body = [f"for slot in range({slot.stages:d}):", *(f"    {line}" for line in body)]
    yield from device_function(zero_name(slot.identifier), "memory", f"Zeroes {what}, by {sharers.who}.{then}", body)


def zero_call(of_view: str, count: Elements, slot: Slot, threads_per_run: int) -> str:
    """Zeroes `count` elements of a view, by the threads that share what is in the slot's region."""
    return f"{_sharers(slot, threads_per_run).name}({of_view}, {count:d})"


def zero_scattered(buffer: Scattered) -> Iterator[str]:
    """For a persistent buffer whose parts lie apart."""
    calls = [f"{zero_name(slot.identifier)}(memory)" for slot in buffer.zeros]
    yield from device_function(
        zero_name(buffer.identifier), "memory", f"Zeroes {buffer.name}, by the threads that share it.", calls
    )
