"""Judges layouts: every rule derived again from the manifest alone, in exact integers.

    report = verify(manifest, layout)       # report.passed, report.findings

It shares nothing with the optimiser but the wire types and the device table, so it finds mistakes made there.
"""

from warpack.solver.verifier.report import verify as verify

__all__ = ["verify"]
