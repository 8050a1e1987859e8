"""``python -m migrator``."""

from __future__ import annotations

import gc
import sys

from migrator.cli import main

if __name__ == "__main__":
    status = main()
    # The process ends here: to look through all that it holds for garbage would take a twentieth of a translation.
    gc.freeze()
    sys.exit(status)
