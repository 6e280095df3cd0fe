"""The values that calls return: the JSON as the service sent it, with attributes for what programs ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warpack.service.client.problems import ApiProblem, BadManifest, JobFailed

if TYPE_CHECKING:
    from warpack.solver.recipe import Progress
    from warpack.solver.wire.layout import Layout

FINAL = frozenset({"ready", "failed", "infeasible", "cancelled"})


class Job(dict[str, Any]):
    """A job: an order for a layout, and its state."""

    @property
    def id(self) -> str:
        """The job's id."""
        return str(self["id"])

    @property
    def name(self) -> str:
        """The name in the manifest."""
        return str(self["name"])

    @property
    def state(self) -> str:
        """`queued`, `solving`, `validating`, `ready`, `failed`, `infeasible` or `cancelled`."""
        return str(self["state"])

    @property
    def finished(self) -> bool:
        """Whether the job has ended."""
        return self.state in FINAL

    @property
    def layout(self) -> Layout | None:
        """The layout of a ready job. None in a list, which has no layouts."""
        return self._read("layout")

    @property
    def best_so_far(self) -> Layout | None:
        """The best layout of a cancelled job, as `cancel` returns it. No validator has checked it."""
        return self._read("best_so_far")

    @property
    def infeasible(self) -> Layout | None:
        """The layout of an infeasible job. It places nothing, and says what is proven and what would help."""
        return self._read("infeasible")

    @property
    def problem(self) -> ApiProblem | None:
        """Why the job failed. It is `BadManifest` if the search found that no layout can give what the manifest asks
        for."""
        found = self.get("problem")
        if not found:
            return None
        kind = BadManifest if found.get("type", "").endswith(":bad-manifest") else JobFailed
        return kind(int(found.get("status", 500)), found)

    def _read(self, name: str) -> Layout | None:
        from warpack.solver import read_layout

        found = self.get(name)
        return None if found is None else read_layout(found)


class Page(dict[str, Any]):
    """Jobs, newest first."""

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs, without their layouts."""
        return tuple(map(Job, self["layouts"]))

    @property
    def next_cursor(self) -> str | None:
        """The cursor of the next page; None for the last page."""
        found = self["next_cursor"]
        return None if found is None else str(found)


@dataclass(frozen=True, slots=True)
class Event:
    """An event of a job. `kind` is a state, or `incumbent`. Later events have greater ids."""

    id: int
    kind: str
    data: Mapping[str, Any]

    @property
    def progress(self) -> Progress:
        """What an incumbent tells of the search."""
        from warpack.solver.recipe import Progress

        names = ("seconds", "run_bytes", "lower_bound_bytes", "threads_per_block")
        return Progress(**{name: self.data[name] for name in names})


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """The answer to one manifest of a batch: a `job` without its layout, or the `problem` with the manifest."""

    job: Job | None
    problem: ApiProblem | None
