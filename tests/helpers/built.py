"""A manifest's document driven through the builder, with every structure as a block and every phase as a handle."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from warpack.solver.builder import Component, Kernel, Phase

Document = dict[str, Any]
_TARGET = ("shared_budget_bytes", "static_shared_bytes", "registers_per_thread", "carveout")
_STATED = (
    *("scope", "location", "persistent", "reentry", "stages", "splittable", "alignment_bytes"),
    *("pinned_offset_bytes", "zero", "accesses"),
)


def built(document: Document) -> Kernel:
    """The kernel whose manifest is that of the document."""
    target, solver = document.get("target", {}), document.get("solver", {})
    top = {key: document[key] for key in ("objective", "frontier", "validation") if key in document}
    kernel = Kernel(
        document.get("name", ""),
        arch=target.get("compute_capability"),
        **{key: target[key] for key in _TARGET if key in target},
        **document.get("launch", {}),
        **top,
        **{key: solver[key] for key in ("time_limit_s", "seed") if key in solver},
    )
    return _Building(kernel).all_of(document)


class _Building:
    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.scopes: dict[str, Kernel | Component] = {"": kernel}
        self.phases: dict[str, list[Phase]] = {}
        self.named: dict[str, Any] = {}

    def all_of(self, document: Document) -> Kernel:
        self._timeline("", self.kernel, document.get("timeline", {}))
        for component in document.get("components", ()):
            self._component(component)
        for buffer in document["buffers"]:
            self._buffer(buffer)
        for buffer in document["buffers"]:
            self._aliases(buffer)
        for pair in document.get("in_place", ()):
            self._in_place(pair)
        for one, other in document.get("apart", ()):
            self.kernel.apart(self.named[one], self.named[other])
        if (baseline := document.get("baseline")) is not None:
            offsets = {self.named.get(name, name): offset for name, offset in baseline["offsets_bytes"].items()}
            self.kernel.baseline(offsets, **{key: one for key, one in baseline.items() if key != "offsets_bytes"})
        if (start := document.get("solver", {}).get("warm_start")) is not None:
            self.kernel.warm_start(start)
        return self.kernel

    def _owner(self, path: str) -> str:
        while path and path not in self.phases:
            path = path.rpartition("/")[0]
        return path

    def _phase(self, owner: str, phase: Any) -> Any:
        """A handle for a name or an index."""
        phases = self.phases[owner]
        if isinstance(phase, str):
            return next(one for one in phases if one.name == phase)
        return phases[phase] if phases else phase

    def _interval(self, owner: str, interval: list[Any]) -> Any:
        start, end = interval
        if isinstance(start, str):
            return self._phase(owner, start), self._phase(owner, end)
        return start, end

    def _lifetime(self, owner: str, lifetime: Any) -> Any:
        if lifetime is None or isinstance(lifetime, str):
            return lifetime
        return [self._interval(owner, interval) for interval in lifetime]

    def _timeline(self, owner: str, scope: Kernel | Component, timeline: Document) -> None:
        length = timeline.get("length", 0)
        if length > 10_000:
            raise ValueError(f"nobody adds {length} phases by calls")
        names = timeline.get("phases") or [None] * length
        phases: list[Phase] = []
        self.phases[owner] = phases
        _Structures(scope, names, timeline, phases).all_of()
        barriers = timeline.get("barriers", ())
        if barriers == "every":
            scope.barriers_everywhere()
            return
        for barrier in barriers:
            fields = dict(barrier)
            side = "after" if "after" in fields else "before"
            scope.barrier(**{side: self._phase(owner, fields.pop(side))}, **fields)

    def _component(self, component: Document) -> None:
        path = component["path"]
        holder = path.rpartition("/")[0]
        while holder not in self.scopes:
            holder = holder.rpartition("/")[0]
        parents = self._owner(holder)
        calls = [self._phase(parents, phase) for phase in component["called_in"]] if "called_in" in component else None
        active = component.get("active")
        made = self.scopes[holder].component(
            path.removeprefix(f"{holder}/") if holder else path,
            active=self._lifetime(parents, active),
            window=component.get("window", "flat"),
            called_in=calls,
        )
        self.scopes[path] = made
        if calls is not None:
            self._timeline(path, made, component["timeline"])

    def _scope(self, path: str) -> Kernel | Component:
        if path not in self.scopes:
            self._component({"path": path})
        return self.scopes[path]

    def _buffer(self, buffer: Document) -> None:
        path = buffer.get("component", "")
        scope = self._scope(path)
        owner = self._owner(path)
        size = buffer["size"]
        if isinstance(size, dict):
            size = dict(size)
            plus = size.pop("plus", 0)
            ((per, each),) = size.items()
            size = getattr(Kernel, per)(each, plus=plus)
        dtype = buffer.get("dtype", buffer.get("precision"))
        made = scope.buffer(
            buffer["name"],
            size,
            Kernel.opaque(**dtype) if isinstance(dtype, dict) else dtype,
            lifetime=self._lifetime(owner, buffer.get("lifetime")),
            asynchronous=buffer.get("async", False),
            **{key: buffer[key] for key in _STATED if key in buffer},
        )
        self._access(made, owner, buffer)
        self.named[made.full_name] = made
        for part in buffer.get("parts", ()):
            row = made.part(
                part.get("name"),
                part["size"],
                offset=part["offset"],
                lifetime=self._lifetime(owner, part.get("lifetime")),
                reentry=part.get("reentry"),
            )
            self._access(row, owner, part)
            self.named[row.full_name] = row

    def _access(self, one: Any, owner: str, fields: Document) -> None:
        for kind, call in (("writes", one.write), ("updates", one.update), ("reads", one.read)):
            for phase in fields.get("accesses_in", {}).get(kind, ()):
                call(self._phase(owner, phase))

    def _aliases(self, buffer: Document) -> None:
        path, aliases = buffer.get("component", ""), buffer.get("aliases", ())
        made = self.named[f"{path}/{buffer['name']}" if path else buffer["name"]]
        for name in [aliases] if isinstance(aliases, str) else aliases:
            made.alias(self.named.get(f"{path}/{name}" if path and "/" not in name else name, name))

    def _in_place(self, pair: Document) -> None:
        owner = self._owner(pair["write"].partition("#")[0].rpartition("/")[0])
        scope = self.scopes[owner]
        scope.in_place(
            phase=self._phase(owner, pair["phase"]), read=self.named[pair["read"]], write=self.named[pair["write"]]
        )


class _Structures:
    """Opens the structures that begin at a phase, the outer ones first."""

    def __init__(
        self, scope: Kernel | Component, names: list[str | None], timeline: Document, phases: list[Phase]
    ) -> None:
        self.scope, self.names, self.phases = scope, names, phases
        self.loops = [
            (self._span(loop["span"] if isinstance(loop, dict) else loop), loop) for loop in timeline.get("loops", ())
        ]
        self.branches = [([self._span(arm) for arm in one["arms"]], one) for one in timeline.get("branches", ())]
        self.tracks = [([self._span(one["span"]) for one in group], group) for group in timeline.get("tracks", ())]

    def all_of(self) -> None:
        self._sequence(0, len(self.names))

    def _span(self, span: list[Any]) -> tuple[int, int]:
        start, end = span
        return (self.names.index(start), self.names.index(end) + 1) if isinstance(start, str) else (start, end)

    def _sequence(self, start: int, end: int) -> None:
        at = start
        while at < end:
            found = self._outermost(at, end)
            if found is None:
                self.phases.append(self.scope.phase(self.names[at]))
                at += 1
            else:
                at = found[1]
                self._structure(*found)

    def _outermost(self, at: int, end: int) -> tuple[Any, int] | None:
        """What begins here, ends here at the latest and is not open yet: the widest; of equals a loop before a branch,
        the loop that is listed first, and a single track before a loop."""
        candidates = [
            (-span[1], 1, number, ("loop", number), span[1])
            for number, (span, _) in enumerate(self.loops)
            if span[0] == at and span[1] <= end
        ]
        candidates += [
            (-spans[-1][1], 2, number, ("branch", number), spans[-1][1])
            for number, (spans, _) in enumerate(self.branches)
            if spans[0][0] == at and spans[-1][1] <= end
        ]
        candidates += [
            (-spans[-1][1], 0 if len(spans) == 1 else 2, number, ("tracks", number), spans[-1][1])
            for number, (spans, _) in enumerate(self.tracks)
            if spans[0][0] == at and spans[-1][1] <= end
        ]
        if not candidates:
            return None
        *_, which, stop = min(candidates)
        return which, stop

    def _structure(self, which: tuple[str, int], stop: int) -> None:
        kind, number = which
        if kind == "loop":
            span, loop = self.loops[number]
            self.loops[number] = (-1, -1), loop
            fields = loop if isinstance(loop, dict) else {}
            block = self.scope.loop(at_least=fields.get("at_least", 0), endless=fields.get("endless", False))
            with block:
                self._sequence(*span)
            block.break_after(
                *(
                    self.phases[self.names.index(one)] if isinstance(one, str) else self.phases[one]
                    for one in fields.get("breaks", ())
                )
            )
        elif kind == "branch":
            spans, branch = self.branches[number]
            self.branches[number] = [(-1, -1)], branch
            with self.scope.branch(may_skip=branch.get("may_skip", False), uniform=branch.get("uniform")) as made:
                for span in spans:
                    with made.arm():
                        self._sequence(*span)
        else:
            spans, group = self.tracks[number]
            self.tracks[number] = [(-1, -1)], group
            with ExitStack() as stack:
                tracks = stack.enter_context(self.scope.tracks())
                for span, track in zip(spans, group, strict=True):
                    with tracks.track(track["name"], threads=track["threads"]):
                        self._sequence(*span)
