"""Runs confined: makes a model of the project and prints how torch and MindSpore call its parameters, as one JSON line.

structure.py NAMES.PY MODULE CLASS ARGUMENTS(JSON)
"""

import importlib
import importlib.util
import json
import os
import sys
from typing import Any

sys.path.insert(0, os.getcwd())


def main() -> None:
    names_path, module, kind, arguments = sys.argv[1:]
    spec = importlib.util.spec_from_file_location("mindferry_names", names_path)
    assert spec is not None and spec.loader is not None
    names = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = names
    spec.loader.exec_module(names)
    made: Any = importlib.import_module(module)
    for part in kind.split("."):
        made = getattr(made, part)
    positional, keywords = json.loads(arguments)
    cell = made(*positional, **keywords)
    own = {id(parameter): name for name, parameter in cell.parameters_and_names()}
    entries = [
        {"torch": key, "mindspore": own[id(parameter)], "layout": layout.value, "shape": list(parameter.shape)}
        for parameter, key, layout in names.torch_parameter_names(cell)
        if id(parameter) in own
    ]
    print("\n" + json.dumps({"mindferry": entries}))


main()
