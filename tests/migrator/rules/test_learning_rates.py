from migrator import translate_source


def test_a_rate_is_multiplied_by_all_of_an_expression():
    code = (
        "import torch\n\nnet = torch.nn.Linear(2, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "decay = None\nfor group in opt.param_groups:\n    group['lr'] *= decay or 0.5\n"
    )
    result = translate_source(code, target="cpu").code
    assert "set_learning_rate(group, learning_rate(group) * (decay or 0.5))" in result


def test_groups_are_asked_as_dictionaries_and_give_rates_as_numbers():
    code = (
        "import torch\n\nnet = torch.nn.Linear(2, 1)\n"
        "opt = torch.optim.SGD([{'params': net.parameters(), 'lr_scale': 0.5}], lr=0.1)\nrates = []\n"
        "for group in opt.param_groups:\n    rates.append(group.get('lr'))\n"
        "    group['lr'] = 0.4 * group.get('lr_scale', 1.0)\n    rates.append(group.get('lr', None))\n"
        "    known = 'lr_scale' in list(group.keys())\n"
    )
    result = translate_source(code, target="cpu")
    assert not [finding for finding in result.findings if finding.severity.value == "error"]
    scope = {"__name__": "snippet"}
    exec(compile(result.code, "<snippet>", "exec"), scope)
    assert scope["rates"] == [0.1, 0.2]
    assert scope["known"]


def test_a_group_is_known_below_its_loop_and_under_a_name():
    code = (
        "import torch\n\nopt = torch.optim.SGD(torch.nn.Linear(2, 1).parameters(), lr=0.1)\n"
        "for g in opt.param_groups:\n    g['lr'] = g['lr'] / 2\nprint('{lr:.6f}'.format(lr=g['lr']))\n"
        "first = opt.param_groups[0]\nfirst['lr'] *= 0.5\n"
    )
    result = translate_source(code, target="cpu").code
    assert "print('{lr:.6f}'.format(lr=learning_rate(g)))" in result
    assert "set_learning_rate(first, learning_rate(first) * 0.5)" in result
