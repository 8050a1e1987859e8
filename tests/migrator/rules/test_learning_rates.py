from migrator import translate_source


def test_a_rate_is_multiplied_by_all_of_an_expression():
    code = (
        "import torch\n\nnet = torch.nn.Linear(2, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "decay = None\nfor group in opt.param_groups:\n    group['lr'] *= decay or 0.5\n"
    )
    result = translate_source(code, target="cpu").code
    assert "set_learning_rate(group, learning_rate(group) * (decay or 0.5))" in result
