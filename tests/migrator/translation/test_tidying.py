import pytest

from migrator.project import Project
from migrator.translation import translate_project, translate_source


def body(source, target="cpu"):
    """The output below its import lines."""
    (file,) = translate_project(Project.from_files("p", {"a.py": source.encode()}), target=target).files[:1]
    lines = file.data.decode().split("\n")
    return "\n".join(line for line in lines if not line.startswith(("import mindspore", "from mindspore")))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("device = x.device", None),
        ("device, dtype = x.device, x.dtype  # both", "dtype = x.dtype  # both"),
        ("b, n, device = *x.shape, x.device", "b, n = x.shape"),
        ("b, *_, device = *x.shape, x.device", "b, *_ = x.shape"),
        ("b, device, dtype = x.shape[0], x.device, x.dtype", "b, dtype = x.shape[0], x.dtype"),
        ("device = find_device(x)", "find_device(x)"),
        ("device: torch.device = torch.device('cpu')", None),
    ],
)
def test_a_device_that_nobody_reads_any_more_is_not_looked_up(before, after):
    source = f"import torch\n\ndef f(x):\n    {before}\n    return torch.ones(2, device=device)\n"
    rest = "" if after is None else f"    {after}\n"
    assert body(source) == f"\ndef f(x):\n{rest}    return ops.ones(2)\n"


def test_branches_that_only_chose_a_device_go():
    source = (
        "import torch\n\ndef f(n):\n    if n > 2:\n        d = torch.device('cuda')\n    else:\n        # slow\n"
        "        d = torch.device('cpu')\n    return torch.ones(n, device=d)\n"
    )
    assert body(source) == "\ndef f(n):\n    # slow\n    return ops.ones(n)\n"


@pytest.mark.parametrize(
    "source",
    [
        "import torch\n\ndef f(x):\n    device = x.device\n    return torch.ones(2, device=device), locals()\n",
        "import torch\n\ndef f(x):\n    global device\n    device = x.device\n    return torch.ones(2, device=device)\n",
        "import torch\n\ndef f(x):\n    unused = 3\n    return torch.ones(2)\n",
        "import torch\n\nclass C:\n    device = torch.device('cpu')\n    x = torch.ones(2, device=device)\n",
    ],
)
def test_what_may_be_seen_stays(source):
    text = body(source)
    assert " device = " in text or "unused = 3" in text


def test_an_import_that_lost_its_uses_goes_unless_others_take_it_from_here():
    files = {
        "places.py": "def best():\n    return 'cuda'\n",
        "b.py": "import torch\nfrom places import best\n\n\ndef f(x):\n    return torch.ones(2, device=best())\n",
        "c.py": "from b import best\n\nprint(best())\n",
        "d.py": "import torch\nfrom places import best\n\n\ndef f(x: torch.Tensor):\n    return torch.ones(2, device=best())\n",
    }
    project = Project.from_files("p", {path: text.encode() for path, text in files.items()})
    made = {file.path: file.data.decode() for file in translate_project(project, target="cpu").files}
    assert "from places import best" in made["b.py"]
    assert "places" not in made["d.py"]


def test_comments_inside_of_what_is_written_anew_are_kept_above_it():
    source = (
        "import torch\nfrom torch.nn import (\n    Linear,  # the layer\n    ReLU,\n)\n\n\ndef f(x):\n"
        "    y = torch.zeros(  # none yet\n        2,\n        3,  # columns\n    ).cuda()\n    return Linear(2, 3)(x) + y, '# no'\n"
    )
    text = body(source)
    for comment in ("# the layer", "# none yet", "# columns"):
        assert text.count(comment) == 1
    compile(text, "a.py", "exec")


def test_imports_in_functions_stay_only_where_they_are_used():
    source = (
        "def f():\n    import torch\n    return torch.ones(2)\n\n\n"
        "def g():\n    import torch\n    return torch.no_such_thing(2)\n"
    )
    text = translate_source(source, target="cpu").code
    assert text.count("import torch\n") == 1
    assert "import torch\n" in text[text.index("def g") :]


def test_the_same_name_from_another_package_is_not_torchs():
    source = (
        "def f():\n    from torch.nn import Linear\n    return Linear(2, 3)\n\n\n"
        "def g():\n    from keras.layers import Linear\n    return Linear(2)\n"
    )
    text = translate_source(source, target="cpu").code
    assert "torch" not in text and "from keras.layers import Linear\n    return Linear(2)" in text


def test_an_import_whose_use_was_written_twice_stays():
    """What is moved into a forward function and what stands around it overlap in the original."""
    source = (
        "import torch\nfrom rates import scaled\n\n\ndef train(net, opt, data):\n    for x in data:\n"
        "        loss = scaled(net(x)).mean()\n        opt.zero_grad()\n        loss.backward()\n        opt.step()\n"
        "    return scaled(loss)\n"
    )
    text = translate_source(source, target="cpu").code
    assert "from rates import scaled\n" in text


def test_an_import_at_the_top_goes_where_only_functions_with_their_own_need_torch():
    source = (
        "import torch\n\n\ndef f():\n    return torch.ones(2)\n\n\n"
        "def g():\n    import torch\n    return torch.no_such_thing(2)\n"
    )
    text = translate_source(source, target="cpu").code
    assert text.count("import torch\n") == 1
    assert "import torch\n" in text[text.index("def g") :]


def test_a_module_called_torch_in_a_package_is_not_the_library():
    files = {
        "layers/__init__.py": "",
        "layers/torch.py": "def ones(n):\n    return [1] * n\n",
        "layers/more.py": "import torch\n\nx = torch.ones(2)\n",
    }
    project = Project.from_files("p", {path: text.encode() for path, text in files.items()})
    made = {file.path: file.data.decode() for file in translate_project(project, target="cpu").files}
    assert "x = ops.ones(2)" in made["layers/more.py"]


@pytest.mark.parametrize("test", ["args.cuda", "args.cuda and len(names) > 1", "not args.cpu"])
def test_branches_of_which_nothing_is_left_go(test):
    source = f"import torch\n\ndef f(args, names):\n    x = torch.ones(2)\n    if {test}:\n        x = x.cuda()\n    return x\n"
    assert body(source) == "\ndef f(args, names):\n    x = ops.ones(2)\n    return x\n"


def test_an_emptied_branch_stays_where_asking_does_something():
    source = "import torch\n\ndef f(ask):\n    x = torch.ones(2)\n    if ask():\n        x = x.cuda()\n    return x\n"
    assert body(source) == "\ndef f(ask):\n    x = ops.ones(2)\n    if ask():\n        pass\n    return x\n"


def test_options_that_were_written_out_leave_nothing_behind():
    source = (
        "from torch.utils.data import DataLoader\n\ndef f(rows, n):\n    options = dict(batch_size=n, pin_memory=True)\n"
        "    return DataLoader(rows, **options)\n"
    )
    assert body(source) == "\ndef f(rows, n):\n    return DataLoader(rows, batch_size=n)\n"


def test_a_function_that_only_finds_the_device_is_not_called_any_more():
    source = (
        "import torch\n\ndef device_of(m):\n    return next(m.parameters()).device\n\ndef f(m):\n"
        "    device = device_of(m)\n    return torch.ones(2, device=device)\n"
    )
    assert body(source).endswith("def f(m):\n    return ops.ones(2)\n")


def test_a_method_of_the_project_that_is_called_like_torchs_stays():
    source = (
        "from torch import nn\n\nclass Net(nn.Module):\n    def compile(self, loss):\n        self.loss = loss\n\n"
        "net = Net()\nnet.compile('mse')\nnet.cuda()\n"
    )
    assert body(source).endswith("net = Net()\nnet.compile('mse')\n")


def test_numpy_stays_imported_where_the_translation_needs_it():
    source = "import numpy as np\nimport torch\n\ndef f(x: torch.Tensor):\n    return np.sin(x[:, 0::2])\n"
    assert body(source) == "import numpy as np\n\ndef f(x: Tensor):\n    return mint.sin(strided(x, np.s_[:, 0::2]))\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("if n:\n    net.cuda()\nelif m:\n    net.cuda()\nelse:\n    net.cuda()\nf()\n", "f()\n"),
        ("with torch.no_grad():\n    net.cuda()\nf()\n", "f()\n"),
        ("for name, p in net.named_parameters():\n    if p.is_cuda:\n        p.cuda()\nf()\n", "f()\n"),
        ("try:\n    from torch.cuda.amp import autocast\nexcept ImportError:\n    pass\nf()\n", "f()\n"),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from torch import Tensor\nf()\n", "f()\n"),
        ("for p in read():\n    net.cuda()\n", "for p in read():\n    pass\n"),
        ("for p in n:\n    net.cuda()\nfor p in n:\n    f(p)\n", "for p in n:\n    f(p)\n"),
        ("if n.startswith('cuda'):\n    net.cuda()\nf()\n", "f()\n"),
        ("with open(m) as g:\n    net.cuda()\n", "with open(m) as g:\n    pass\n"),
        (
            "for p in net.parameters():\n    net.cuda()\nprint(p)\n",
            "for p in net.trainable_params():\n    pass\nprint(p.value())\n",
        ),
    ],
)
def test_nothing_is_left_of_a_statement_that_held_nothing_else(source, expected):
    assert body(f"import torch\n\nnet = torch.nn.Linear(1, 1)\n{source}") == f"\nnet = nn.Dense(1, 1)\n{expected}"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("with torch.cuda.amp.autocast():\n    # twice\n    f()\n    f()\n", "# twice\nf()\nf()\n"),
        ("with torch.cuda.amp.autocast(), open(m):\n    f()\n", "with open(m):\n    f()\n"),
        ("with open(m) as g, torch.cuda.amp.autocast():\n    f()\n", "with open(m) as g:\n    f()\n"),
        ("with contextlib.nullcontext():\n    f()\n", "with contextlib.nullcontext():\n    f()\n"),
    ],
)
def test_a_context_that_came_to_nothing_is_taken_away(source, expected):
    assert body(f"import contextlib\nimport torch\n\n{source}").endswith(f"\n{expected}")


def test_a_forward_function_of_a_whole_context_has_none():
    source = (
        "import torch\n\nnet = torch.nn.Linear(1, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "for x in [torch.ones(1, 1)]:\n    opt.zero_grad()\n    with torch.cuda.amp.autocast():\n"
        "        loss = net(x).mean()\n    loss.backward()\n    opt.step()\n"
    )
    assert "def forward_fn(x):\n    loss = net(x).mean()\n    return loss\n" in body(source)


def test_names_in_nested_targets_and_contexts_go_too():
    source = (
        "import torch\n\ndef f(x):\n    (a, b), c, device = x.shape, 1, x.device\n"
        "    return a, b, c, vars(x), torch.ones(2, device=device)\n"
    )
    assert body(source).startswith("\ndef f(x):\n    (a, b), c = x.shape, 1\n")
    source = "import torch\n\ndef f(x, amp, o):\n    with amp.scale_loss(x, o) as scaled:\n        scaled.backward()\n"
    assert "    with amp.scale_loss(x, o):\n        backward(x)\n" in body(source)


def test_what_only_dead_code_imports_stays_imported():
    source = (
        "import torch\n\ndef f(x):\n    fast = False\n    if x.is_cuda:\n        import cudf\n        fast = True\n"
        "    return cudf.read(x) if fast else x\n"
    )
    assert "    if False:\n        import cudf\n" in body(source.replace("f(x)", "f(x: torch.Tensor)"))


def test_a_model_that_was_only_wrapped_stays_alive_by_its_name():
    source = "import torch\nfrom torch import nn\n\n\ndef f(parallel):\n    net = nn.Linear(1, 1)\n    if parallel:\n"
    code = translate_source(f"{source}        net = nn.DataParallel(net)\n    print(1)\n", target="cpu").code
    assert code.endswith("    net = nn.Dense(1, 1)\n    print(1)\n")
