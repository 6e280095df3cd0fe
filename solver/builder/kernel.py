"""The kernel as a whole: what stands around its buffers, and the manifest at the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from warpack.solver.builder.buffers import Buffer, Part, name_of
from warpack.solver.builder.clock import Clock
from warpack.solver.builder.scope import Component, Scope
from warpack.solver.builder.sites import Sites, site
from warpack.solver.builder.values import differing, growing, plain
from warpack.solver.reading.load import load_manifest
from warpack.solver.wire.manifest import MANIFEST_SCHEMA, Manifest, Objective, Required
from warpack.solver.wire.problems import ManifestError, Place, Problem
from warpack.solver.wire.settings import Launch, SolverOptions, Target


class Kernel(Scope):
    """A manifest that is being written: phases, structures, components and buffers, in the order of the program.

    `arch`: compute capability, "9.0"; None for a pool (`objective="pool_bytes"`), which is for no GPU. The other
    arguments are the fields of `target`, `launch` and of the top of a manifest (docs/manifest.md), with the same
    defaults.
    """

    def __init__(
        self,
        name: str = "",
        *,
        arch: str | None = None,
        shared_budget_bytes: int | Literal["default", "opt-in"] = "default",
        static_shared_bytes: int = 0,
        registers_per_thread: int | None = None,
        carveout: int | Literal["max"] = "max",
        threads_per_run: int = 1,
        threads_per_block: int | None = None,
        max_threads_per_block: int = 1024,
        threads_multiple: int = 32,
        bank_conflicts: Literal["avoid", "ignore"] = "avoid",
        objective: Objective = "threads_per_block",
        frontier: bool = False,
        time_limit_s: float = SolverOptions().time_limit_s,
        seed: int = 0,
        validation: Required = "best",
    ) -> None:
        super().__init__(self, "", Clock(""))
        self._place = site()
        target = Target(arch or "", shared_budget_bytes, static_shared_bytes, registers_per_thread, carveout)
        launch = Launch(threads_per_run, threads_per_block, max_threads_per_block, threads_multiple, bank_conflicts)
        self._name, self._arch = name, arch
        heads = {"target": _stated(target, Target("")), "launch": _stated(launch, Launch())}
        self._head: dict[str, Any] = {key: fields for key, fields in heads.items() if fields}
        settings = {"objective": objective, "frontier": frontier, "validation": validation}
        usual = {"objective": "threads_per_block", "frontier": False, "validation": "best"}
        self._tail = differing(settings, usual)
        self._solver = _stated(SolverOptions(time_limit_s, seed), SolverOptions())
        self._baseline: tuple[dict[str, Any], Place] | None = None
        self._entered: list[Component] = []
        self._components: dict[str, Component] = {}
        self._buffers: list[Buffer] = []
        self._in_place: list[tuple[dict[str, Any], Place]] = []
        self._apart: list[tuple[list[str], Place]] = []

    @staticmethod
    def per_thread(elements: int, *, plus: int = 0) -> dict[str, int]:
        """The size of a block-scoped buffer that has so many elements for each thread of the block, and `plus` more."""
        return growing("per_thread", elements, plus)

    @staticmethod
    def per_warp(elements: int, *, plus: int = 0) -> dict[str, int]:
        """The size of a block-scoped buffer that has so many elements for each warp of 32, and `plus` more."""
        return growing("per_warp", elements, plus)

    @staticmethod
    def opaque(itemsize_bytes: int, alignment_bytes: int) -> dict[str, int]:
        """The dtype of elements that are structures of your own."""
        return {"itemsize_bytes": itemsize_bytes, "alignment_bytes": alignment_bytes}

    def baseline(
        self,
        offsets_bytes: Mapping[Buffer | Part | str, int],
        *,
        run_bytes: int | None = None,
        block_region_bytes: int | None = None,
        threads_per_block: int | None = None,
        pool_bytes: int | None = None,
    ) -> None:
        """Your own layout, to compare with: where each buffer begins in its region, in bytes. `pool_bytes`: of a pool,
        in place of the others."""
        sizes = {
            "run_bytes": run_bytes,
            "block_region_bytes": block_region_bytes,
            "threads_per_block": threads_per_block,
            "pool_bytes": pool_bytes,
        }
        stated = {key: value for key, value in sizes.items() if value is not None}
        self._baseline = {"offsets_bytes": _by_name(offsets_bytes), **stated}, site()

    def warm_start(self, offsets_bytes: Mapping[Buffer | Part | str, int]) -> None:
        """An earlier layout as a start for the search: offsets in bytes."""
        self._solver["warm_start"] = _by_name(offsets_bytes)

    def manifest(self) -> Manifest:
        """What was built, read as any manifest is.

        Raises ManifestError with every problem, each with the file and line of the call that it is about.
        """
        document, sites, problems = self._assembled()
        try:
            manifest = load_manifest(document)
        except ManifestError as error:
            rest = [one for one in error.problems if not any(_inside(one, own) for own in problems)]
            raise ManifestError((*sites.placed(problems), *sites.placed(rest))) from None
        if problems:
            raise ManifestError(sites.placed(problems))
        return replace(manifest, warnings=sites.placed(manifest.warnings)) if manifest.warnings else manifest

    def to_json(self) -> dict[str, Any]:
        """The document as JSON values, with names of phases and without defaults: `json.dumps` makes a manifest file of
        it. Raises ManifestError as `manifest` does for what has no form in a document."""
        document, sites, problems = self._assembled()
        if problems:
            raise ManifestError(sites.placed(problems))
        return document

    def _assembled(self) -> tuple[dict[str, Any], Sites, list[Problem]]:
        sites, problems = Sites(self._place), list[Problem]()
        document: dict[str, Any] = {"schema": MANIFEST_SCHEMA, "name": self._name, **self._head}
        timeline = self._clock.document("/timeline", sites, problems)
        components = [
            one._document(f"/components/{number}", sites, problems)
            for number, one in enumerate(self._components.values())
        ]
        document |= {"timeline": timeline} if timeline else {}
        document |= {"components": components} if components else {}
        document["buffers"] = [one._document(f"/buffers/{number}", sites) for number, one in enumerate(self._buffers)]
        for key, rows in (("in_place", self._in_place), ("apart", self._apart)):
            if rows:
                document[key] = [row for row, _ in rows]
                for number, (_, place) in enumerate(rows):
                    sites.put(f"/{key}/{number}", place)
        if self._baseline is not None:
            document["baseline"], place = self._baseline
            sites.put("/baseline", place)
        document |= {"solver": self._solver} if self._solver else {}
        return plain(document | self._tail), sites, problems

    def __repr__(self) -> str:
        return (
            f"<Kernel {self._name!r} for {self._arch or 'a pool'}: {len(self._clock.phases)} phases, "
            f"{len(self._components)} components, {len(self._buffers)} buffers>"
        )


def _inside(problem: Problem, own: Problem) -> bool:
    """Whether the reader says again what the builder said of the same thing."""
    return bool(own.pointer) and f"{problem.pointer}/".startswith(f"{own.pointer}/")


def _stated(one: Any, usual: Any) -> dict[str, Any]:
    """The fields in which the two differ."""
    return differing(*({name: getattr(each, name) for name in one.__slots__} for each in (one, usual)))


def _by_name(offsets_bytes: Mapping[Buffer | Part | str, int]) -> dict[str, int]:
    return {name_of(one): offset for one, offset in offsets_bytes.items()}
