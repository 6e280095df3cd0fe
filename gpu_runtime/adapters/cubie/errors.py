"""What the CuBIE adapter raises and warns of.

CubieAdapterError
├── UnsupportedCubieError     no CuBIE, or not the release whose private parts are known here
├── UnsupportedSolverError    a solver whose buffers cannot be told apart
├── UntraceableSolverError    no simulator, or nothing that ran in it
├── LayoutRefusedError        no layout, or one that does not belong to the solver's buffers
└── LayoutOutOfDateError      the solver changed under an installed layout
CubieWarning                  a fault found in CuBIE, or lifetimes that are not known
"""

from __future__ import annotations


class CubieAdapterError(RuntimeError):
    """A layout cannot be made for, or installed in, a CuBIE solver."""


class UnsupportedCubieError(CubieAdapterError):
    """CuBIE is missing, or is not the release that the adapter reads and hooks."""


class UnsupportedSolverError(CubieAdapterError):
    """The solver registers its buffers so that they cannot be told apart."""


class UntraceableSolverError(CubieAdapterError):
    """Lifetimes cannot be found by running the solver."""


class LayoutRefusedError(CubieAdapterError):
    """The layout is infeasible, does not verify, or was made for other buffers than the solver's."""


class LayoutOutOfDateError(CubieAdapterError):
    """The solver's buffers are no longer those that the installed layout was made for."""


class CubieWarning(UserWarning):
    """Something that the user of a solver should know: CuBIE runs wrongly or wastefully, or lifetimes are not known."""
