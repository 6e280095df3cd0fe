"""Judges layouts: every rule derived again from the manifest alone, in exact integers.

    report = verify(manifest, layout)       # report.passed, report.findings

Nothing here is shared with the optimiser but the wire types and the device table: a mistake there is found here.
"""

from warpack.solver.verifier.report import verify as verify

__all__ = ["verify"]
