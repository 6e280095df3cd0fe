"""The machine of SEMANTICS section 10: an interpreter of the page, sharing no code with optimiser or verifier but the
wire types.

`disturbs(manifest, a, b)`: whether two pieces (buffers, or parts written `name#part`) in the same bytes, at whatever
shift, ever disturb each other. `disturbs_in_place`: the same where they have the very same bytes at equal offset, with
the manifest's in-place steps. `disturbances(manifest, layout)`: the pairs of a layout that share bytes and disturb each
other. `programs.random_programs(seed, count)`: manifests to ask it of.
"""

from .answers import conflicts, disturbances, disturbs, disturbs_in_place, in_place_pairs, piece_names

__all__ = ["conflicts", "disturbances", "disturbs", "disturbs_in_place", "in_place_pairs", "piece_names"]
