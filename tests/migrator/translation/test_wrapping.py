"""Lines that became too long."""

import ast

import pytest

from migrator import translate_source
from migrator.translation.wrapping import wrap_lines

LONG = "a_name_that_is_rather_long"


@pytest.fixture(autouse=True)
def _narrow(monkeypatch):
    monkeypatch.setattr("migrator.translation.wrapping.WIDTH", 90)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "loader = DataLoader(dataset, batch_size=args.batch_size, shuffle=sampler is None, num_workers=4, last=1)",
            "loader = DataLoader(dataset, batch_size=args.batch_size, shuffle=sampler is None,\n"
            "                    num_workers=4, last=1)",
        ),
        (
            "    the_first_of_the_results_that_are_left = model.encoder.layers.first(inputs, second=f(1, 2), n=3)",
            "    the_first_of_the_results_that_are_left = model.encoder.layers.first(\n"
            "        inputs, second=f(1, 2), n=3)",
        ),
        (
            "    return outer(inner(value for key, value in values.items() if is_wanted(value)), first, second, third)  # why",
            "    return outer(inner(value for key, value in values.items() if is_wanted(value)), first,\n"
            "                 second, third)  # why",
        ),
        (
            "layers = [nn.Conv2d(1, filters, (k, width), pad_mode='valid', has_bias=True) for k in settings.windows]",
            "layers = [nn.Conv2d(1, filters, (k, width), pad_mode='valid', has_bias=True)\n"
            "          for k in settings.windows]",
        ),
        (
            "def forward(inputs, second=second_of_all, third=lambda an_argument, another: an_argument(another), fourth=None):",
            "def forward(inputs, second=second_of_all,\n"
            "            third=lambda an_argument, another: an_argument(another), fourth=None):",
        ),
    ],
)
def test_they_go_on_behind_a_comma_or_a_bracket(line, expected):
    body = "    pass\n" if line.endswith(":") else ""
    head = "def f():\n" if line.startswith(" ") else ""
    lines = (head + line + "\n" + body).count("\n")
    text, line_map = wrap_lines(head + line + "\n" + body, range(1, lines + 1), [""] * lines)
    assert text == head + expected + "\n" + body
    assert line_map == tuple(sorted([*range(1, lines + 1), 1 + bool(head)]))
    assert ast.unparse(ast.parse(text)) == ast.unparse(ast.parse(head + line + "\n" + body))


def test_a_line_within_brackets_goes_on_where_it_begins():
    line = f"      {LONG}, 12345, ({LONG}, 12345), [{LONG}])"
    text, _ = wrap_lines(f"x = f(1,\n{line}\n", (1, 2), ["", ""])
    assert text == f"x = f(1,\n      {LONG}, 12345, ({LONG}, 12345),\n      [{LONG}])\n"


@pytest.mark.parametrize(
    "text",
    [
        f"x = '{'a, (b) ' * 30}'\n",
        f"x = f'{{a}} {'a, (b) ' * 30}'\n",
        f"# {'a, (b) ' * 30}\n",
        f"x = f(1, 2)  # {'a, (b) ' * 30}\n",
        f"x = '''\n{'a, (b) ' * 30}\n'''\n",
        f"x = {LONG} + {LONG} + {LONG} + {LONG} + {LONG}\n",
        f"for {LONG}, {LONG}x in {LONG}: {LONG}.{LONG} += {LONG}\n",
    ],
)
def test_texts_comments_and_what_stands_in_no_brackets_stay(text):
    count = text.count("\n")
    assert wrap_lines(text, range(1, count + 1), [""] * count)[0] == text


def test_what_was_long_before_stays():
    line = f"x = f({LONG}, {LONG}, {LONG}, {LONG}, {LONG})"
    assert wrap_lines(line + "\n", (1,), [line + " + 1"])[0] == line + "\n"


def test_a_layer_that_grew_is_wrapped_in_a_translation():
    layer = "nn.Conv2d(channels, channels, kernel_size=3, stride=stride, padding=1, dilation=n)"
    source = f"from torch import nn\n\n\ndef f(channels, stride, n):\n    return {layer}\n"
    result = translate_source(source, target="cpu")
    assert result.code.endswith(
        "    return nn.Conv2d(channels, channels, 3, stride=stride, pad_mode='pad', padding=1,\n"
        "                     dilation=n, has_bias=True)\n"
    )
    assert result.line_map[-2:] == (5, 5)
