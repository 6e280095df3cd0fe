"""What differs between two manifests, or between two layouts: change by change, buffer by buffer.

Change                 one field of one thing, before and after; or a thing that came or went
manifest_changes       of two manifests; phases by their names, so that one more phase is one change
layout_changes         of two layouts; what depends on the run of the search alone is left out
"""

from warpack.service.differences.changes import Change
from warpack.service.differences.layouts import layout_changes
from warpack.service.differences.manifests import manifest_changes

__all__ = ["Change", "layout_changes", "manifest_changes"]
