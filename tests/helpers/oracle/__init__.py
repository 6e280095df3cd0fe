"""An oracle for small manifests: the best layout's figures, found by looking at everything.

    best = best_figures(manifest)               # Figures, Infeasible or NoPacking
    wrong = disagreements(manifest, layout)     # sentences; empty where the optimiser's layout is right

units       what moves as one, and how two of these may lie
packing     the fewest bytes of a region: one CP-SAT model with every rule in it, minimised to the end
launching   stride, threads and residency by trying every block size
choosing    every choice of `auto` buffers, compared in the order of wishes
comparing   a layout of the optimiser against all that

Written apart from the optimiser: it takes the wire types, the device table and the verifier's story, nothing else.
"""

from tests.helpers.oracle.choosing import Figures, Infeasible, NoPacking, Oracle, best_figures
from tests.helpers.oracle.comparing import Comparison, Judged, compare, disagreements

__all__ = [
    "Comparison",
    "Figures",
    "Infeasible",
    "Judged",
    "NoPacking",
    "Oracle",
    "best_figures",
    "compare",
    "disagreements",
]
