"""The timelines of a manifest by the path of their owner: the root's ("") or a component's."""

from __future__ import annotations

from dataclasses import replace

from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.timeline import Timeline


def timeline_of(manifest: Manifest, owner: str) -> Timeline:
    """The timeline of an owner, as `Manifest.timeline_owner` names it."""
    timeline = manifest.component_by_path[owner].timeline if owner else None
    return manifest.timeline if timeline is None else timeline


def with_timeline(manifest: Manifest, owner: str, timeline: Timeline) -> Manifest:
    """The manifest with another timeline for this owner."""
    if not owner:
        return replace(manifest, timeline=timeline)
    components = (replace(one, timeline=timeline) if one.path == owner else one for one in manifest.components)
    return replace(manifest, components=tuple(components))
