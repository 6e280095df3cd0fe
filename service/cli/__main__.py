"""`python -m warpack.service.cli` is `warpack`."""

import sys

from warpack.service.cli import main

sys.exit(main())
