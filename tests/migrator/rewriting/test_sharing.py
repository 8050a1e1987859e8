from migrator.translation import translate_source


def body(source: str) -> str:
    code = translate_source(f"import torch\n\n\n{source}", target="cpu").code
    start = code.index(source.splitlines()[0])
    return code[start:].strip()


def test_only_the_last_of_chained_methods_writes() -> None:
    assert "= mint.sigmoid(ops.relu(x))" in body(
        "def f():\n    x = torch.ones(2)\n    x.relu_().sigmoid_()\n    return x"
    )


def test_an_entry_of_a_dictionary_is_changed_for_its_holder() -> None:
    source = "@torch.no_grad()\ndef step(state):\n    m = state['m']\n    m.relu_().sigmoid_()\n    return m"
    assert "assign_(m, mint.sigmoid(ops.relu(m)))" in translate_source(f"import torch\n\n{source}", target="cpu").code


def test_an_argument_that_is_not_read_any_more_is_changed_for_the_caller() -> None:
    assert "assign_(x, " in body("def fill(x):\n    x.zero_()")


def test_an_argument_that_is_computed_with_is_bound_anew() -> None:
    assert "x = ops.relu(x)" in body("def f(x):\n    x.relu_()\n    return x.unsqueeze(0)")


def test_what_a_state_holds_is_changed_in_the_module() -> None:
    source = (
        "net = torch.nn.Linear(2, 2)\nfor name, value in net.state_dict().items():\n"
        "    value.copy_(value * 2)\n    value *= 0.5\n"
    )
    code = translate_source(f"import torch\n\n{source}", target="cpu").code
    assert code.count("assign_(value, ") == 2
