from migrator import translate_source


def translated(*statements: str) -> str:
    before = "import torch\n\na = torch.ones(2)\nnet = torch.nn.Linear(2, 1)\nwith torch.no_grad():\n"
    loop = "    for p in net.parameters():\n"
    code = before + loop + "".join(f"        {statement}\n" for statement in statements)
    return translate_source(code, target="cpu").code


def test_a_call_that_becomes_an_expression_stays_one_operand():
    assert "assign_(p, p * (a - 2 * a))" in translated("p *= torch.subtract(a, a, alpha=2)")


def test_every_operator_writes_into_the_parameter():
    assert "assign_(p, p ** 2)" in translated("p **= 2")
    assert "assign_(p, p % (a + 1))" in translated("p %= a + 1")


def test_parentheses_stand_only_where_they_are_needed():
    code = translated("p -= 0.1 * a", "p *= -a", "p += a if a.sum() > 0 else 0")
    assert "assign_(p, p - 0.1 * a)" in code
    assert "assign_(p, p * -a)" in code
    assert "assign_(p, p + (a if a.sum() > 0 else 0))" in code
