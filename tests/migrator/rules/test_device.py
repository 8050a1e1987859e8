"""Questions about devices that have one answer here."""

import pytest

from migrator import translate_source

_BEGIN = "import torch\n\ndef f(a: torch.Tensor, b: torch.Tensor, args):\n"


def body(source: str) -> str:
    code = translate_source(_BEGIN + source, target="cpu").code
    return code[code.index("def f(") :].partition("\n")[2]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("    if a.device != b.device:\n        raise ValueError(a)\n    return a\n", "    return a\n"),
        ("    assert a.device == b.device, 'same'\n    return a\n", "    return a\n"),
        ("    return a + b if a.device.type == 'cuda' else b\n", "    return b\n"),
        ("    torch.serialization.add_safe_globals([f])\n    return a\n", "    return a\n"),
        ("    if torch.utils.data.get_worker_info() is not None:\n        print(a)\n    return a\n", "    return a\n"),
        (
            "    cuda = not args.no_cuda and torch.cuda.is_available()\n    return cuda\n",
            "    cuda = False\n    return cuda\n",
        ),
    ],
)
def test_it_is_not_asked(source: str, expected: str):
    assert body(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        "    return ask() and torch.cuda.is_available()\n",
        "    return args.device == 'cuda'\n",
        "    if a.device.type == 'cpu':\n        print(a)\n    return a\n",
    ],
)
def test_what_may_be_otherwise_is_asked(source: str):
    written = body(source)
    assert "ask()" in written or "args.device ==" in written or "if ms.get_context" in written
