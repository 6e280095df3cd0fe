"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

Verbose = Annotated[
    bool, Parameter(name=["--verbose", "-v"], negative="", show_default=False, help="Show everything that is known.")
]
Quiet = Annotated[
    bool,
    Parameter(
        name=["--quiet", "-q"],
        negative="",
        show_default=False,
        help="Show errors alone; the exit code tells the rest.",
    ),
]
Json = Annotated[bool, Parameter(negative="", show_default=False, help="Print the answer as JSON.")]
FLAGS = frozenset({"--", "--verbose", "-v", "--quiet", "-q", "--json", "--prove", "--checked", "--fresh", "--explain"})
"""Options without a value."""
