"""`python -m service.cli` is `warpack`."""

import sys

from service.cli import main

sys.exit(main())
