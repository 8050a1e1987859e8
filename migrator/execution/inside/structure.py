"""Runs confined: makes a model of the project and prints how torch and MindSpore call its parameters and buffers,
as one JSON line.

structure.py NAMES.PY MODULE CLASS ARGUMENTS(JSON)
"""

import importlib
import importlib.util
import json
import os
import sys
from typing import Any

sys.path.insert(0, os.getcwd())


def kept_buffers(cell: Any) -> list[str]:
    """The buffers of a cell that the support file's ``register_buffer`` made and that a checkpoint has."""
    named = [name for name, kept in vars(cell).get("buffer_names", {}).items() if kept]
    named += [name for name, value in vars(cell).items() if getattr(value, "kept_as_buffer", False)]
    return [name for name in named if getattr(cell, name, None) is not None]


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
    paths = {id(each): path for path, each in cell.cells_and_names()}
    for each, torch_path in names.torch_cell_names(cell):
        for name in kept_buffers(each):
            here, there = (f"{path}.{name}" if path else name for path in (paths[id(each)], torch_path))
            shape = list(getattr(each, name).shape)
            entries.append({"torch": there, "mindspore": here, "layout": "same", "shape": shape, "buffer": True})
    print("\n" + json.dumps({"mindferry": entries}))


main()
