"""Second program inside the sandbox: run the user's program as the one argument, a JSON file, says.

``mode`` is ``record`` (under PyTorch), ``replay`` (under MindSpore, fed from a record) or ``observe`` (under MindSpore,
by itself).
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

# A private name: a user's project may well have a package of its own called "inside" or "recorder".
PACKAGE = "_mindferry_inside"
MODES = {"record": "recorder", "replay": "replayer", "observe": "observer"}


def load_package() -> None:
    folder = Path(__file__).resolve().parent
    spec = importlib.util.spec_from_file_location(
        PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None and spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)


def main() -> None:
    settings: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    load_package()
    mode = importlib.import_module(f"{PACKAGE}.{MODES[settings['mode']]}")
    mode.run(settings)


if __name__ == "__main__":
    main()
