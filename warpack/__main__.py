"""`python -m warpack` is the command `warpack`."""

from __future__ import annotations

from warpack.service.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
