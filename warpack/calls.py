"""The calls of the public API that do more than the room behind them."""

from __future__ import annotations

from collections.abc import Callable

from warpack import notebook
from warpack.by_service import client_module, service_url
from warpack.solver.recipe import Progress
from warpack.solver.recipe import optimize as solve
from warpack.solver.search.core.options import SearchOptions
from warpack.solver.wire.given import check_given
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest


def optimize(
    manifest: Manifest,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    search: SearchOptions | None = None,
) -> Layout:
    """The best layout that the manifest's time limit allows, with what is proven about it.

    `on_progress` gets each better packing and each better bound. `cancelled` is asked at least every 0.1 s or so of a
    long search; once it says True, the best layout so far comes back. Raises ManifestError where pinned buffers and
    windows leave no place at all. `search`: another seed than the manifest's, or strategies to do without, e.g.
    `SearchOptions(without=frozenset({"pairs"}))`; `layout.run_info.search` says what each strategy came to.

    With WARPACK_URL in the environment (and WARPACK_KEY, where it wants a key) the service there is asked, and gives
    the same layout. Then `search` cannot be given, and what the service refuses is raised as ApiProblem.
    """
    check_given("optimize", manifest=manifest)
    if service_url():
        layout = _by_service(manifest, on_progress, cancelled, search)
    else:
        layout = solve(manifest, on_progress=on_progress, cancelled=cancelled, search=search)
    notebook.remember(manifest)
    return layout


def _by_service(
    manifest: Manifest,
    on_progress: Callable[[Progress], None] | None,
    cancelled: Callable[[], bool] | None,
    search: SearchOptions | None,
) -> Layout:
    if search is not None:
        raise ValueError("a service takes no search options: leave WARPACK_URL out, or `search`")
    asking = client_module("asking")
    with asking.service_of_environment() as client:
        found = asking.optimize(client, manifest, on_progress=on_progress, cancelled=cancelled)
        layout: Layout = asking.unvalidated(manifest, found)
    return layout
