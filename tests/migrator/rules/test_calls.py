"""Calls over several lines that become something else than a call with the same arguments."""

import ast

from migrator import translate_source


def test_an_operator_or_an_attribute_of_an_argument_does_not_keep_the_lines():
    source = (
        "import torch\nx = torch.rand(2, 3)\nw = torch.rand(3, 2)\n"
        "a = torch.add(\n    x,\n    1,\n).reshape_as(w)\n"
        "b = torch.add(\n    x,\n    1,\n).type_as(\n    w,\n)\n"
        "c = x.add(\n    1,\n).div(\n    2,\n)\n"
    )
    code = translate_source(source, target="cpu").code
    ast.parse(code)
    assert "reshape(w.shape)" in code and "w, ." not in code and "./" not in code
