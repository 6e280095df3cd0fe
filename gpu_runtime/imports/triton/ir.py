"""The text of a module as functions, blocks and operations: as much of MLIR's syntax as liveness needs.

MLIR prints an operation a line, and its regions between braces on lines of their own. Values of shared memory are
followed through blocks and their arguments; regions inside an operation are a part of it, unless partitions of warps
run in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from warpack.gpu_runtime.imports.outcome import ImportFailed

_RESULTS = re.compile(r"^(%[\w$.#-]+(?::\d+)?(?:, %[\w$.#-]+(?::\d+)?)*) = ")
_NAME = re.compile(r"^\"?([a-z_]\w*(?:\.\w+)+)\"?")
_VALUE = re.compile(r"%[\w$.-]+(?:#\d+)?")
_BLOCK = re.compile(r"^\^(\w+)(?:\((.*)\))?:")
_FUNCTION = re.compile(r"^tt\.func (public |private )?@(\"[^\"]+\"|[\w$.]+)\(")
_NUMBERED = re.compile(r"\b(allocation\.offset|allocation\.size|alignment|num|pendings) = (\d+)")
_BRANCH = re.compile(r"\^(\w+)(?:\(([^:()]*(?:\([^)]*\)[^:()]*)*)[:)])?")
_MEMDESC = "!ttg.memdesc<"
_STRUCTURED = ("scf.for", "scf.while", "scf.if")
_CONCURRENT = re.compile(r"^(default|partition\d+)(?:\((.*)\) num_warps)?\b")


@dataclass(slots=True)
class Op:
    """`number`: its place in the function's text. `lane`: the operation and the region of it that runs beside others;
    None outside such. `types`: what stands behind its operands."""

    number: int
    name: str
    results: tuple[str, ...]
    operands: tuple[str, ...]
    text: str
    line: int
    lane: tuple[int, str] | None = None
    attributes: dict[str, int] = field(default_factory=dict)
    targets: tuple[tuple[str, tuple[str, ...]], ...] = ()
    callee: str | None = None


@dataclass(slots=True)
class Block:
    """`arguments`: names and types."""

    label: str
    arguments: tuple[tuple[str, str], ...]
    ops: list[Op] = field(default_factory=list)
    lane: tuple[int, str] | None = None


@dataclass(slots=True)
class Function:
    name: str
    public: bool
    blocks: list[Block] = field(default_factory=list)

    @property
    def ops(self) -> Iterator[Op]:
        for block in self.blocks:
            yield from block.ops


@dataclass(frozen=True, slots=True)
class Module:
    """`aliases`: attribute aliases by name, such as `#shared`; `attributes`: those of the module."""

    functions: tuple[Function, ...]
    aliases: dict[str, str]
    attributes: str


def parse_module(text: str, first_line: int = 1) -> Module:
    """Raises ImportFailed for text that is not understood, with its line; the text begins in `first_line`."""
    reader = _Reader()
    for number, raw in enumerate(text.splitlines(), first_line):
        line = without_locations(raw).strip()
        if line:
            reader.line(number, line)
    if not reader.functions:
        raise ImportFailed("the module has no function of Triton's (tt.func)")
    return Module(tuple(reader.functions), reader.aliases, reader.attributes)


def without_locations(line: str) -> str:
    """The line without `loc(…)`, which nests."""
    while True:
        start = line.find(" loc(")
        if start < 0:
            return line
        depth, at = 0, start + 4
        while at < len(line):
            depth += {"(": 1, ")": -1}.get(line[at], 0)
            if not depth:
                break
            at += 1
        line = line[:start] + line[at + 1 :]


class _Reader:
    """`_open`: what each open brace belongs to: a function, an operation with its text so far, or a lane of one."""

    def __init__(self) -> None:
        self.functions: list[Function] = []
        self.aliases: dict[str, str] = {}
        self.attributes = ""
        self._open: list[Function | Op | str] = []
        self._number = 0
        self._lanes: list[tuple[int, str]] = []
        self._specialised: list[Op] = []

    def line(self, number: int, line: str) -> None:
        if line.startswith("#"):
            name, _, value = line.partition(" = ")
            self.aliases[name] = value
        elif line.startswith("module") and line.endswith("{"):
            self.attributes = line
            self._open.append("module")
        elif (found := _FUNCTION.match(line)) is not None:
            function = Function(found[2].strip('"'), found[1] == "public ")
            function.blocks.append(Block("entry", ()))
            self.functions.append(function)
            if line.endswith("{"):
                self._open.append(function)
        elif line.startswith("}"):
            self._closed(number, line)
        elif (found := _BLOCK.match(line)) is not None:
            self._block(found[1], found[2] or "")
        elif self._specialised and (found := _CONCURRENT.match(line)) is not None and line.endswith("{"):
            self._lane(found[1], found[2] or "")
        elif self._inside_function() and not self._inside_op():
            self._operation(number, line)

    def _inside_function(self) -> bool:
        return any(isinstance(one, Function) for one in self._open)

    def _inside_op(self) -> bool:
        """Inside a region that is a part of its operation: not in one that runs beside others."""
        return bool(self._open) and isinstance(self._open[-1], Op)

    def _lane(self, name: str, arguments: str) -> None:
        """A region that runs beside others, on warps of its own; its arguments are the operands of its operation."""
        op = self._specialised[-1]
        self._open.append(name)
        self._lanes.append((op.number, name))
        block = Block(f"{op.number}.{name}", tuple(_arguments(self._scoped(arguments))), lane=self._lanes[-1])
        op.targets += ((block.label, op.operands if arguments else ()),)
        self.functions[-1].blocks.append(block)

    def _block(self, label: str, arguments: str) -> None:
        if self._inside_op() or not self._inside_function():
            return
        lane = self._lanes[-1] if self._lanes else None
        blocks = self.functions[-1].blocks
        scope = f"{lane[0]}.{lane[1]}." if lane else ""
        if not blocks[-1].ops and blocks[-1].label == "entry" and not blocks[-1].arguments and label == "bb0":
            return
        blocks.append(Block(scope + label, tuple(_arguments(self._scoped(arguments))), lane=lane))

    def _scoped(self, text: str) -> str:
        """Partitions see nothing from outside but their arguments, and may use its names anew. `default` sees all."""
        lane = self._lanes[-1] if self._lanes else None
        if lane is None or lane[1] == "default":
            return text
        return re.sub(r"%([\w$.-]+)", rf"%{lane[1]}_{lane[0]}.\1", text)

    def _operation(self, number: int, line: str) -> None:
        line = self._scoped(line)
        results = _RESULTS.match(line)
        rest = line[results.end() :] if results else line
        named = _NAME.match(rest)
        if named is None:
            return
        if named[1] in _STRUCTURED:
            raise ImportFailed(
                f"line {number}: {named[1]} has not been lowered to branches yet: take a dump from after the allocation of "
                "shared memory"
            )
        lane = self._lanes[-1] if self._lanes else None
        op = Op(
            number=self._number,
            name=named[1],
            results=_results(results[1] if results else ""),
            operands=(),
            text=rest,
            line=number,
            lane=lane,
        )
        self._number += 1
        self._finish(op, rest)
        self.functions[-1].blocks[-1].ops.append(op)
        if op.name == "ttg.warp_specialize":
            self._specialised.append(op)
        elif line.endswith("{"):
            self._open.append(op)

    @staticmethod
    def _finish(op: Op, text: str) -> None:
        """Operands, numbers and targets: also of the line that ends the regions of an operation."""
        op.operands += tuple(_VALUE.findall(text))
        op.attributes |= {key: int(value) for key, value in _NUMBERED.findall(text)}
        if op.name.startswith("cf."):
            op.targets = tuple((label, tuple(_VALUE.findall(values))) for label, values in _BRANCH.findall(text))
        if op.name == "tt.call":
            found = re.search(r"@(\"[^\"]+\"|[\w$.]+)", text)
            op.callee = found[1].strip('"') if found else None

    def _closed(self, number: int, line: str) -> None:
        if not self._open:
            raise ImportFailed(f"line {number}: a brace too many")
        closed = self._open.pop()
        if isinstance(closed, str) and closed != "module":
            self._lanes.pop()
            if line != "}":
                self._join(self._specialised.pop())
        elif isinstance(closed, Op):
            closed.text += " " + line
            self._finish(closed, line)
        if line.endswith("{"):
            self._open.append(closed)

    def _join(self, op: Op) -> None:
        """After the last lane, the block goes on in which their operation stood."""
        lane = self._lanes[-1] if self._lanes else None
        block = Block(f"after{op.number}", (), lane=lane)
        op.targets += ((block.label, ()),)
        self.functions[-1].blocks.append(block)


def shared_results(op: Op) -> tuple[str, ...]:
    """The results of an operation that are memory descriptors: by the types behind its arrow, or behind its colon where
    results are of the operands' types."""
    if _MEMDESC not in op.text:
        return ()
    _, arrow, types = op.text.rpartition(" -> ")
    if not arrow:
        _, _, types = op.text.rpartition(" : ")
    each = [one.strip().strip("()") for one in _split(types)]
    if len(each) != len(op.results):
        return op.results
    return tuple(result for result, type_ in zip(op.results, each, strict=True) if type_.startswith(_MEMDESC))


def _results(text: str) -> tuple[str, ...]:
    found: list[str] = []
    for one in text.split(", ") if text else ():
        name, _, count = one.partition(":")
        found += [f"{name}#{number}" for number in range(int(count))] if count else [name]
    return tuple(found)


def _arguments(text: str) -> Iterator[tuple[str, str]]:
    """Names and types: a type may hold commas between its brackets."""
    for one in _split(text):
        name, _, type_ = one.partition(":")
        if name.strip().startswith("%"):
            yield name.strip(), type_.strip()


def _split(text: str) -> Sequence[str]:
    parts, depth, start = [], 0, 0
    for at, letter in enumerate(text):
        if letter in "<([{":
            depth += 1
        elif letter in ")]}" or (letter == ">" and text[at - 1] != "-"):
            depth -= 1
        elif letter == "," and not depth:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]
