"""Finds the changes between two manifests, or between two layouts.

Change                 one field of one thing, before and after; or a thing that was added or removed
manifest_changes       the changes of two manifests; phases go by name, so that an added phase is one change
layout_changes         the changes of two layouts, without figures that only the run of the search decides
"""

from warpack.service.differences.changes import Change
from warpack.service.differences.layouts import layout_changes
from warpack.service.differences.manifests import manifest_changes

__all__ = ["Change", "layout_changes", "manifest_changes"]
