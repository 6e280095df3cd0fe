"""What a function allocates in shared memory, and in which operations each buffer is live.

By the rules of Triton's own allocation (lib/Analysis/Allocation.cpp): an explicit buffer is live from the first to the
last operation at which it, or a view of it, is live on any way through the blocks; scratch is live in its operation
alone. Views and block arguments are followed. Besides, bytes of an asynchronous copy are live until it has been waited
for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from warpack.gpu_runtime.imports.outcome import ImportFailed
from warpack.gpu_runtime.imports.triton.ir import Block, Function, Module, Op, shared_results
from warpack.gpu_runtime.imports.triton.types import Storage, scratch, storage_of

_ALLOC = "ttg.local_alloc"
_TO_SHARED = frozenset({"ttg.async_copy_global_to_local"})
_WAITS = frozenset({"ttg.async_wait"})
_MEMDESC = "!ttg.memdesc<"

_ENDS = frozenset({"tt.return", "ttg.warp_return", "ttg.warp_yield", "ttg.warp_specialize"})

Lane = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Allocation:
    """A buffer by the operation that makes it. Live in the operations `[first, end)`; `lanes`: the regions beside
    others in which it is used. `copied`: an asynchronous copy writes it. `accesses`: the operations that have
    it or a view of it as an operand, other than those that make views."""

    op: Op
    storage: Storage
    offset_bytes: int
    first: int
    end: int
    lanes: frozenset[Lane]
    scratch: bool
    copied: bool = False
    accesses: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        return self.op.results[0] if self.op.results else f"{self.op.name}{self.op.line}"


def allocations_of(module: Module, function: Function) -> list[Allocation]:
    """Every buffer of a function, in the order of its text. Raises ImportFailed."""
    return list(_Followed(module, function).allocations())


def peak_bytes(module: Module, function: Function) -> int:
    return max((one.offset_bytes + one.storage.size_bytes for one in allocations_of(module, function)), default=0)


class _Followed:
    def __init__(self, module: Module, function: Function) -> None:
        self._module, self._function = module, function
        self._blocks = {block.label: block for block in function.blocks}
        self._ops = list(function.ops)

    def allocations(self) -> Iterator[Allocation]:
        live = self._live
        for op in self._ops:
            offset = op.attributes.get("allocation.offset")
            if offset is None:
                if op.name == _ALLOC:
                    raise ImportFailed(f"line {op.line}: {op.name} has no allocation.offset")
                continue
            if op.name == _ALLOC:
                type_ = _MEMDESC + op.text.rpartition(_MEMDESC)[2]
                storage = storage_of(type_, self._module.aliases, op.attributes.get("alignment"))
                first, end, lanes = live[op.number]
                yield Allocation(
                    op=op,
                    storage=storage,
                    offset_bytes=offset,
                    first=first,
                    end=end,
                    lanes=lanes,
                    scratch=False,
                    copied=op.number in self._copies,
                    accesses=tuple(self._accesses[op.number]),
                )
                continue
            size = op.attributes.get("allocation.size")
            if size is None and op.callee is not None:
                size = self._callee_bytes(op)
            if size is None:
                raise ImportFailed(f"line {op.line}: {op.name} has an allocation.offset, but no allocation.size")
            if size:
                lanes = frozenset() if op.lane is None else frozenset({op.lane})
                yield Allocation(
                    op=op,
                    storage=scratch(size),
                    offset_bytes=offset,
                    first=op.number,
                    end=op.number + 1,
                    lanes=lanes,
                    scratch=True,
                    accesses=(op.number,),
                )

    def _callee_bytes(self, op: Op) -> int:
        for function in self._module.functions:
            if function.name == op.callee:
                return peak_bytes(self._module, function)
        raise ImportFailed(f"line {op.line}: there is no function {op.callee!r} in the module")

    @cached_property
    def _roots(self) -> Mapping[str, frozenset[int]]:
        """For each value of shared memory, the allocations that it may be a view of."""
        roots: dict[str, frozenset[int]] = defaultdict(frozenset)
        changed = True
        while changed:
            changed = False
            for op in self._ops:
                if op.name == _ALLOC:
                    found = frozenset({op.number})
                else:
                    found = frozenset().union(*(roots[one] for one in op.operands if one in roots))
                if found:
                    for result in shared_results(op):
                        if not found <= roots[result]:
                            roots[result] |= found
                            changed = True
                for label, values in op.targets:
                    block = self._target(op, label)
                    for (argument, type_), value in zip(block.arguments, values, strict=False):
                        if _MEMDESC in type_ and value in roots and not roots[value] <= roots[argument]:
                            roots[argument] |= roots[value]
                            changed = True
        return roots

    def _target(self, op: Op, label: str) -> Block:
        scope = f"{op.lane[0]}.{op.lane[1]}." if op.lane else ""
        block = self._blocks.get(label) if op.name == "ttg.warp_specialize" else self._blocks.get(scope + label)
        if block is None:
            raise ImportFailed(f"line {op.line}: there is no block ^{label}")
        return block

    @cached_property
    def _live(self) -> Mapping[int, tuple[int, int, frozenset[Lane]]]:
        """By allocation: the first operation at which it is live, the one after the last, and the lanes."""
        spans: dict[int, list[int]] = {}
        lanes: dict[int, set[Lane]] = defaultdict(set)

        def touch(root: int, low: int, high: int, lane: Lane | None) -> None:
            span = spans.setdefault(root, [low, high])
            span[0], span[1] = min(span[0], low), max(span[1], high)
            if lane is not None:
                lanes[root].add(lane)

        for value, places in self._value_spans():
            for root in self._roots[value]:
                for low, high, lane in places:
                    touch(root, low, high, lane)
        for op in self._ops:
            if op.name == _ALLOC:
                touch(op.number, op.number, op.number + 1, op.lane)
        for root, copies in self._copies.items():
            for low, high in (span for copy in copies for span in self._in_flight(copy)):
                touch(root, low, high, None)
        return {root: (low, high, frozenset(lanes[root])) for root, (low, high) in spans.items()}

    def _value_spans(self) -> Iterator[tuple[str, list[tuple[int, int, Lane | None]]]]:
        """Where each value of shared memory is live, block by block."""
        roots = self._roots
        defined: dict[str, tuple[Block, int]] = {}
        uses: dict[str, dict[str, int]] = defaultdict(dict)
        for block in self._function.blocks:
            for argument, _ in block.arguments:
                if argument in roots:
                    defined[argument] = (block, _start(block))
            for op in block.ops:
                for result in op.results:
                    if result in roots:
                        defined[result] = (block, op.number)
                for operand in op.operands:
                    if operand in roots:
                        uses[operand][block.label] = op.number
        before = self._before
        for value, (home, at) in defined.items():
            live_in: set[str] = set()
            waiting = [label for label in uses[value] if label != home.label]
            while waiting:
                label = waiting.pop()
                if label in live_in or label == home.label:
                    continue
                live_in.add(label)
                waiting += before[label]
            leaving = {label for one in live_in for label in before[one]}
            found: list[tuple[int, int, Lane | None]] = []
            for label in {home.label, *live_in}:
                block = self._blocks[label]
                low = at if label == home.label else _start(block)
                high = _end(block) if label in leaving else uses[value].get(label, at) + 1
                found.append((low, max(high, low + 1), block.lane))
            yield value, found

    @cached_property
    def _after(self) -> Mapping[str, list[str]]:
        """The blocks that may follow each."""
        found: dict[str, list[str]] = {block.label: [] for block in self._function.blocks}
        blocks = self._function.blocks
        for number, block in enumerate(blocks):
            for op in block.ops:
                found[block.label] += [self._target(op, label).label for label, _ in op.targets]
            last = block.ops[-1].name if block.ops else ""
            falls = not last.startswith("cf.") and last not in _ENDS
            if falls and number + 1 < len(blocks):
                found[block.label].append(blocks[number + 1].label)
        return found

    @cached_property
    def _before(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {block.label: [] for block in self._function.blocks}
        for label, following in self._after.items():
            for one in following:
                found[one].append(label)
        return found

    @cached_property
    def _accesses(self) -> Mapping[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for op in self._ops:
            if "memdesc_" in op.name or op.name.startswith("cf."):
                continue
            for root in frozenset().union(*(self._roots.get(one, frozenset()) for one in op.operands)):
                found[root].append(op.number)
        return found

    @cached_property
    def _copies(self) -> Mapping[int, list[Op]]:
        """By allocation, the asynchronous copies into it."""
        found: dict[int, list[Op]] = defaultdict(list)
        for op in self._ops:
            if op.name in _TO_SHARED and len(op.operands) > 1:
                for root in self._roots.get(op.operands[1], ()):
                    found[root].append(op)
        return found

    def _in_flight(self, copy: Op) -> Iterator[tuple[int, int]]:
        """Operations from a copy on, on all ways, up to one that has waited for every group."""
        waiting: list[tuple[Block, int]] = [
            (block, place + 1) for block in self._function.blocks for place, op in enumerate(block.ops) if op is copy
        ]
        seen: set[str] = set()
        while waiting:
            block, place = waiting.pop()
            for op in block.ops[place:]:
                if op.name in _WAITS and not op.attributes.get("num", 1):
                    yield _number(block, place), op.number + 1
                    break
            else:
                yield _number(block, place), _end(block)
                for label in self._after[block.label]:
                    if label not in seen:
                        seen.add(label)
                        waiting.append((self._blocks[label], 0))

    def loops(self) -> list[tuple[int, int]]:
        """Operations of each loop, by the branches that lead back."""
        found = set()
        for block in self._function.blocks:
            for label in self._after[block.label]:
                head = self._blocks[label]
                if block.ops and head.ops and _start(head) <= _start(block) and block.lane == head.lane:
                    found.add((_start(head), _end(block)))
        return sorted(found, key=lambda span: (span[0], -span[1]))


def loops_of(module: Module, function: Function) -> list[tuple[int, int]]:
    """The operations `[first, end)` of each loop, outer before inner."""
    return _Followed(module, function).loops()


def _start(block: Block) -> int:
    return block.ops[0].number if block.ops else 0


def _end(block: Block) -> int:
    return block.ops[-1].number + 1 if block.ops else 0


def _number(block: Block, place: int) -> int:
    return block.ops[place].number if place < len(block.ops) else _end(block)
