"""How a solver's buffers differ from those that a layout was made for."""

from __future__ import annotations

from typing import Any

from warpack.gpu_runtime.adapters.cubie.collect import Collected

MOST_NAMED = 8


def differences(before: Collected, now: Collected) -> tuple[str, ...]:
    """One line for each buffer that came, went or changed, and one where only lifetimes did; empty: nothing changed.

    Objects count too: a replaced component is not the one that the layout was installed in.
    """
    old, new = _buffers(before), _buffers(now)
    lines = [f"{name} is new" for name in new if name not in old]
    lines += [f"{name} is gone" for name in old if name not in new]
    for name in old:
        if name in new:
            lines += [
                f"{name}: {key} was {old[name].get(key)}, is {new[name].get(key)}"
                for key in ("size", "dtype", "location")
                if old[name].get(key) != new[name].get(key)
            ]
    known = before.untraced or before.manifest
    if not lines and any(known[key] != now.manifest[key] for key in ("buffers", "timeline", "in_place")):
        lines.append("the lifetimes of its buffers")
    if not lines and before.untraced is not None and before.settings != now.settings:
        lines.append("the settings with which its lifetimes were traced")
    if not lines:
        owners = {component.path: component.owner for component in before.components}
        replaced = [part.path for part in now.components if owners.pop(part.path, None) is not part.owner]
        lines += [f"{path} was replaced" for path in (*replaced, *owners)]
    more = len(lines) - MOST_NAMED
    return tuple(lines[:MOST_NAMED] + ([f"and {more} more"] if more > 0 else []))


def _buffers(collected: Collected) -> dict[str, dict[str, Any]]:
    return {f"{document['component']}/{document['name']}": document for document in collected.manifest["buffers"]}
