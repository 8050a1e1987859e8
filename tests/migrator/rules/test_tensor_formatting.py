"""Formats of what may be a tensor or a number."""

import pytest

from migrator import translate_source

METER = """import torch

class Meter:
    def __init__(self):
        self.val = 0
        self.count = 0

    def update(self, val):
        self.val = val
        self.count += 1

loss, top = Meter(), Meter()
loss.update(0.5)
top.update(torch.ones(1) * 0.25)
"""


def run(source):
    scope = {"__name__": "translated"}
    exec(compile(translate_source(source, target="cpu").code, "translated", "exec"), scope)
    return scope["result"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f'{loss.val:.2f} {top.val:.2f}'", "0.50 0.25"),
        ("'{:.1e} {:.0%}'.format(loss.val, top.val)", "5.0e-01 25%"),
        ("'{loss.val:.2f} {top.val:.2f} {top.count:d}'.format(loss=loss, top=top)", "0.50 0.25 1"),
        ("'{0.val:.2f} {1[0].val:.2f}'.format(loss, [top])", "0.50 0.25"),
    ],
)
def test_a_meter_of_numbers_and_one_of_tensors_are_printed_alike(text, expected):
    assert run(f"{METER}result = {text}\n") == expected


def test_what_a_checkpoint_holds_may_be_a_tensor_or_a_number(tmp_path):
    source = (
        "import torch\n"
        f"path = {str(tmp_path / 'best.pth')!r}\n"
        "torch.save({'epoch': 3, 'loss': torch.tensor(0.5), 'best': 0.25, 'arch': 'net'}, path)\n"
        "saved = torch.load(path)\n"
        "result = '{:d} {:.2f} {:>5}'.format(saved['epoch'], saved['loss'], saved['arch']), f\"{saved['best']:.1%}\"\n"
    )
    assert run(source) == ("3 0.50   net", "25.0%")


def test_what_is_always_a_number_keeps_its_format():
    code = translate_source(METER + "print('{top.count:d}'.format(top=top))\n", target="cpu").code
    assert "'{top.count:d}'.format(top=top)" in code
