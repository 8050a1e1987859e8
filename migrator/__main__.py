"""``python -m migrator``."""

from __future__ import annotations

import sys

from migrator.cli import main

if __name__ == "__main__":
    sys.exit(main())
