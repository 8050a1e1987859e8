import ast

import pytest

from migrator.names import FileNames, Kind, ProjectNames


def read(**sources: str) -> ProjectNames:
    return ProjectNames({f"{path}.py": ast.parse(text) for path, text in sources.items()})


def expression(file: FileNames, text: str) -> ast.expr:
    for node in ast.walk(file.tree):
        if (
            isinstance(node, ast.expr)
            and ast.unparse(node) == text
            and not isinstance(getattr(node, "ctx", None), ast.Store)
        ):
            return node
    raise AssertionError(f"{text} is not in {file.path}")


def qualified(source: str, text: str) -> str:
    file = read(main=source).of("main.py")
    return file.qualified(expression(file, text))


def kind(source: str, text: str) -> Kind:
    file = read(main=source).of("main.py")
    return file.value(expression(file, text)).kind


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("import torch.nn.functional as F\nF.relu(1)", "F.relu", "torch.nn.functional.relu"),
        ("from torch.nn import functional as F\nF.relu(1)", "F.relu", "torch.nn.functional.relu"),
        ("import torch as th\nth.nn.Linear(1, 2)", "th.nn.Linear", "torch.nn.Linear"),
        ("from torch import nn\nlayer = nn.Linear\nlayer(1, 2)", "layer", "torch.nn.Linear"),
        ("from torch.nn import *\nLinear(1, 2)", "Linear", "torch.nn.Linear"),
        ("import torch\nF = torch.nn.functional\nF.relu(1)", "F.relu", "torch.nn.functional.relu"),
        ("from torch.nn.modules.conv import Conv2d\nConv2d(1, 2, 3)", "Conv2d", "torch.nn.Conv2d"),
        ("import torch\nx = torch.ones(3)\nx.sum()", "x.sum", "torch.Tensor.sum"),
        ("import numpy as np\nx = np.ones(3)\nx.sum()", "x.sum", ""),
        ("from torch import nn\ndef f(norm=nn.LayerNorm):\n    return norm(3)", "norm", ""),
        ("from torch import nn\ndef f(n=None):\n    if n is None:\n        n = nn.ReLU\n    return n()", "n()", ""),
        ("def f(x):\n    return x.unsqueeze(0)", "x.unsqueeze", "torch.Tensor.unsqueeze"),
        ("def f(x):\n    return x.reshape(2)", "x.reshape", ""),
        ("import inspect\nclass A: pass\ninspect.signature(A).parameters", "inspect.signature(A).parameters", ""),
    ],
)
def test_it_resolves_names_to_what_they_refer_to(source: str, text: str, expected: str) -> None:
    assert qualified(source, text) == expected


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("import torch\nx = torch.ones(2)\ny = x + 1\ny", "y", Kind.TENSOR),
        ("import torch\nv, i = torch.ones(2).max(dim=0)\nv", "v", Kind.TENSOR),
        ("import torch\nn = torch.ones(2).sum().item()\nn", "n", Kind.PYTHON),
        ("import torch\na = torch.ones(2).numpy()\na", "a", Kind.ARRAY),
        ("from torch.utils.data import DataLoader\nfor x, y in DataLoader([]):\n    x", "x", Kind.BATCH),
        ("import torch\nfor i, (a, b) in enumerate(torch.utils.data.DataLoader([])):\n    b", "b", Kind.BATCH),
        ("import torch.nn as nn\nnet = nn.Linear(1, 1).to('cpu')\nnet", "net", Kind.MODULE),
        ("import torch\nxs = []\nxs.append(torch.ones(1))\nxs[0]", "xs[0]", Kind.TENSOR),
        (
            "import torch.nn as nn\ndef init(m):\n    if isinstance(m, nn.Conv2d):\n        m.weight",
            "m.weight",
            Kind.PARAMETER,
        ),
    ],
)
def test_it_infers_kinds_of_values(source: str, text: str, expected: Kind) -> None:
    assert kind(source, text) is expected


def test_it_knows_what_forward_receives_and_gives() -> None:
    source = """
import torch.nn as nn
class Net(nn.Module):
    def forward(self, x):
        return x, x.shape
net = Net()
out, size = net(None)
out
"""
    assert kind(source, "out") is Kind.TENSOR


def test_an_attribute_that_is_converted_is_an_array_before_and_a_tensor_after() -> None:
    source = (
        "import numpy as np\nimport torch\nclass Data:\n    def __init__(self):\n        self.x = np.arange(9)\n"
        "        low = self.x[0]\n        self.x = torch.from_numpy(self.x)\n        high = self.x[1]\n"
        "    def get(self, i):\n        return self.x[2]\n"
    )
    assert kind(source, "self.x[0]") is Kind.ARRAY
    assert kind(source, "self.x[1]") is kind(source, "self.x[2]") is Kind.TENSOR


def test_it_follows_arguments_down_through_several_files() -> None:
    project = read(
        a_layer="class Layer:\n    def __init__(self, dims):\n        self.total = sum(dims)\n",
        b_model="from a_layer import Layer\nclass Model:\n    def __init__(self, dims):\n        self.layer = Layer(dims)\n",
        c_build="from b_model import Model\ndef build(data):\n    dims = data.dims\n    return Model(dims)\n",
        d_data="import numpy as np\nclass Data:\n    def __init__(self):\n        self.dims = np.max([[1]], axis=0) + 1\n",
        main="from c_build import build\nfrom d_data import Data\nbuild(Data())\n",
    )
    layer = project.of("a_layer.py")
    assert layer.value(expression(layer, "sum(dims)")).kind is Kind.ARRAY


def test_it_follows_classes_across_files() -> None:
    project = read(
        net="import torch.nn as nn\nclass Base(nn.Module):\n    pass\nclass Net(Base):\n    def forward(self, x):\n        return x\n",
        train="from net import Net\nmodel = Net()\nmodel.parameters()\n",
    )
    file = project.of("train.py")
    assert file.qualified(expression(file, "model.parameters")) == "torch.nn.Module.parameters"


def test_it_follows_relative_imports_inside_packages() -> None:
    sources = {
        "pkg/__init__.py": "from .layers import Block\n",
        "pkg/layers.py": "import torch.nn as nn\nclass Block(nn.Module):\n    pass\n",
        "main.py": "from pkg import Block\nblock = Block()\nblock.eval()\n",
    }
    project = ProjectNames({path: ast.parse(text) for path, text in sources.items()})
    file = project.of("main.py")
    assert file.qualified(expression(file, "block.eval")) == "torch.nn.Module.eval"


def test_it_learns_parameters_from_the_calls() -> None:
    source = "import torch\ndef step(optimizer):\n    optimizer.step()\nstep(torch.optim.SGD([], lr=1))\n"
    assert qualified(source, "optimizer.step") == "torch.optim.Optimizer.step"


def test_attributes_of_datasets_are_the_projects_own() -> None:
    source = """
from torch.utils.data import Dataset
class Rows(Dataset):
    def __init__(self, rows):
        self.rows = rows
    def __len__(self):
        return len(self.rows)
"""
    assert qualified(source, "self.rows") == ""


def test_a_case_of_a_match_narrows_what_is_matched() -> None:
    source = (
        "from torch import nn\nfor m in nn.Sequential(nn.Linear(1, 2)).modules():\n    match m:\n"
        "        case nn.Conv2d(kernel_size=k):\n            m.stride\n        case nn.Linear() as layer:\n"
        "            layer.weight\n        case _:\n            pass\n"
    )
    assert qualified(source, "m.stride") == "torch.nn.Conv2d.stride"
    assert kind(source, "layer") is Kind.MODULE


def test_what_is_called_like_a_modules_methods_is_a_module() -> None:
    source = (
        "import torch\nclass Trainer:\n    def __init__(self, net, opt):\n        self.net = net.to('cpu')\n        self.opt = opt\n"
        "    def fit(self, x):\n        self.net.eval()\n        self.net.train()\n        self.opt.zero_grad()\n        self.opt.step()\n"
    )
    file = read(main=source).of("main.py")
    assert file.value(expression(file, "self.net")).kind is Kind.MODULE
    assert file.value(expression(file, "self.opt")).kind is Kind.OPTIMIZER


TRAINER = """
class Base:
    def __init__(self, model, loader=None, optimizer=None):
        self.model, self.loader, self.optimizer = model, loader, optimizer
        self.spare = make()

    def store(self):
        return self.model.state_dict()


class Trainer(Base):
    def __init__(self, *args, limit=3, **kwargs):
        super().__init__(*args, **kwargs)

    def fit(self, x):
        return self.model(x), self.spare(x), self.spare.eval(), self.optimizer
"""


def test_starred_arguments_go_where_the_call_puts_them() -> None:
    source = "import torch\n" + TRAINER + "net = torch.nn.Linear(1, 2)\n"
    file = read(main=source + "Trainer(net, 3, optimizer=torch.optim.SGD(net.parameters()))").of("main.py")
    assert file.value(expression(file, "self.model")).kind is Kind.MODULE
    assert file.value(expression(file, "self.optimizer")).kind is Kind.OPTIMIZER


def test_what_follows_arguments_of_unknown_number_stays_unknown() -> None:
    source = "def f(a, b):\n    return a, b\n\ndef g(rest):\n    return f(*rest, np.ones(3))\n\ng(list(range(9)))"
    assert kind("import numpy as np\n" + source, "b") is Kind.UNKNOWN


def test_a_class_is_told_what_its_attributes_are_by_its_whole_family() -> None:
    source = "import torch\n" + TRAINER + "Trainer(make())"
    assert kind(source, "self.model") is Kind.MODULE
    assert kind(source, "self.spare") is Kind.MODULE


def test_a_variable_is_told_by_its_use() -> None:
    assert kind("model = make()\nmodel.train()\nout = model(3)", "model") is Kind.MODULE
    assert kind("tool = make()\ntool.train()\nout = tool.run(3)", "tool") is Kind.UNKNOWN


@pytest.mark.parametrize("chosen", ["getattr(nets, name)(3)", "nets.__dict__[name](3)"])
def test_a_class_chosen_by_name_among_models_is_a_model(chosen: str) -> None:
    nets = "import torch.nn as nn\n\ndef width():\n    return 3\n\nclass Net(nn.Module):\n    pass\n"
    main = f"import nets\nnet = {chosen}\nnet"
    file = read(nets=nets, main=main).of("main.py")
    assert file.value(expression(file, "net")).kind is Kind.MODULE
    file = read(nets=nets + "class Data:\n    pass\n", main=main).of("main.py")
    assert file.value(expression(file, "net")).kind is Kind.UNKNOWN


def test_transpose_of_something_unknown_swaps_two_axes() -> None:
    assert (
        qualified("import torch\ndef f(m):\n    return m.transpose(0, 1)\n", "m.transpose") == "torch.Tensor.transpose"
    )
    assert qualified("import torch\ndef f(m):\n    return m.transpose(2, 0, 1)\n", "m.transpose") == ""


def test_a_progress_bar_over_a_loader_has_methods_of_its_own() -> None:
    source = "import torch, tqdm\nloader = torch.utils.data.DataLoader([])\nbar = tqdm.tqdm(loader)\n"
    assert qualified(source + "bar.set_postfix(loss=1)\n", "bar.set_postfix") == ""
    assert qualified(source + "bar.dataset\n", "bar.dataset") == "torch.utils.data.DataLoader.dataset"


def test_texts_that_name_a_device_are_devices() -> None:
    assert kind("gpu = True\ndevice = 'cuda:0' if gpu else 'cpu'\nprint(device)", "device") is Kind.DEVICE
    assert kind("colour = 'cudas'\nprint(colour)", "colour") is Kind.PYTHON


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("isinstance(m, (nn.Conv2d, nn.Linear))", "torch.nn.Conv2d.weight"),
        ("isinstance(m, nn.Linear) or isinstance(m, nn.Conv2d)", "torch.nn.Linear.weight"),
        ("isinstance(m, (nn.Linear, nn.BatchNorm2d))", "torch.nn.Module.weight"),
    ],
)
def test_layers_with_parameters_of_the_same_name_are_read_alike(test: str, expected: str) -> None:
    source = f"import torch.nn as nn\nnet = nn.ReLU()\nfor m in net.modules():\n    if {test}:\n        print(m.weight)"
    assert qualified(source, "m.weight") == expected


def test_what_is_asked_for_something_that_no_tensor_has_is_no_tensor() -> None:
    source = (
        "from torch import nn\nclass Net(nn.Module):\n    def forward(self, tree, x):\n"
        "        for child in tree.children:\n            self(child, x)\n        return tree.state + x.sum()\n"
    )
    assert kind(source, "tree") is Kind.UNKNOWN
    assert kind(source, "x") is Kind.TENSOR


def test_what_a_function_is_given_says_more_than_its_use() -> None:
    project = read(
        net=(
            "import torch\nfrom torch import nn\nclass Net(nn.Module):\n    def __init__(self):\n"
            "        self.e = nn.Parameter(torch.zeros(2))\n"
            "    @staticmethod\n    def step(model):\n        model.train()\n        model(1)\n        return model.e\n"
        ),
        run="from net import Net\nm = Net()\nm.step(m)\n",
    )
    file = project.of("net.py")
    assert file.value(expression(file, "model")).of == "net.Net"
    assert file.value(expression(file, "model.e")).kind is Kind.PARAMETER


def test_what_is_sometimes_a_tuple_is_a_tensor_where_it_is_used_as_one() -> None:
    source = "import torch\ndef f(sample):\n    return sample.size(0)\nf((torch.ones(2), torch.ones(2)))\n"
    assert qualified(source, "sample.size") == "torch.Tensor.size"


def test_a_number_that_may_be_a_tensor_is_an_uncertain_tensor() -> None:
    meter = (
        "import torch\nclass Meter:\n    def __init__(self):\n        self.sum = 0\n\n    def update(self, value):\n"
    )
    meter += "        self.sum += value\n        self.mean = self.sum / 2\n\nMeter().update(2.0)\n"
    file = read(main=meter + "Meter().update(torch.ones(1))\nprint(Meter().mean)").of("main.py")
    assert file.value(expression(file, "Meter().mean")).uncertain
    file = read(main="import torch\ntotal = torch.ones(1)\ntotal = total + 1\nprint(total)").of("main.py")
    assert not file.value(expression(file, "total")).uncertain


def test_methods_that_only_modules_have_tell_what_is_unknown() -> None:
    source = "find().state_dict()\nfind().opt.state_dict()\nfind().train()"
    assert qualified(source, "find().state_dict") == "torch.nn.Module.state_dict"
    assert qualified(source, "find().opt.state_dict") == "torch.optim.Optimizer.state_dict"
    assert qualified(source, "find().train") == "torch.nn.Module.train"
    assert qualified("class Trainer:\n    def train(self):\n        pass\n\nfind().train()", "find().train") == ""


def test_a_module_dict_has_methods_beside_its_modules() -> None:
    source = (
        "from torch import nn\nd = nn.ModuleDict({'a': nn.Embedding(2, 3)})\n"
        "for layer in d.values():\n    layer\nd = d.to('cpu')\nd.a\nd\n"
    )
    file = read(main=source).of("main.py")
    assert [file.value(expression(file, text)).of for text in ("layer", "d", "d.a")] == [
        "torch.nn.Embedding", "torch.nn.ModuleDict", "torch.nn.Embedding",
    ]  # fmt: skip


def test_the_number_of_names_says_which_return_is_unpacked() -> None:
    source = (
        "import torch\ndef f(more):\n    x = torch.ones(2)\n    if more:\n        return 1, x, 'a', 'b'\n    return 1, x\n"
        "a, b = f(False)\nc, d, e, g = f(True)\nb\nd\ng\n"
    )
    file = read(main=source).of("main.py")
    kinds = [file.value(expression(file, name)).kind for name in "bdg"]
    assert kinds == [Kind.TENSOR, Kind.TENSOR, Kind.PYTHON]


def test_a_module_imported_by_a_name_is_one_of_the_projects() -> None:
    project = read(
        **{
            "models/a": "from torch import nn\nclass Model(nn.Module):\n    pass\n",
            "models/b": "from torch import nn\nclass Model(nn.Module):\n    pass\n",
            "run": "from importlib import import_module\nx = import_module('models.' + name)\nnet = x.Model()\nnet\n",
            "one": "import importlib\nx = importlib.import_module('models.b')\nnet = x.Model()\nnet\n",
        }
    )
    run, one = project.of("run.py"), project.of("one.py")
    assert run.value(expression(run, "net")).kind is Kind.MODULE
    assert one.value(expression(one, "net")).of == "models.b.Model"


def test_a_model_of_torchvisions_has_layers_and_a_modules_methods() -> None:
    source = "import torchvision\nnet = torchvision.models.resnet18()\nnet = net.to('cpu')\nprint(net.fc, net)"
    assert kind(source, "net") is Kind.MODULE
    assert kind(source, "net.fc") is Kind.MODULE


def test_numpys_functions_of_a_tensor_are_torchs() -> None:
    source = "import numpy as np\nimport torch\nx = torch.ones(2)\ny = np.ones(2)\nnp.sin(x)\nnp.cos(y)\n"
    assert qualified(source, "np.sin") == "torch.sin"
    assert qualified(source, "np.cos") == "numpy.cos"
    assert kind(source, "np.sin(x)") is Kind.TENSOR


def test_arithmetic_of_something_unknown_is_a_tensors_unless_something_else_has_it() -> None:
    assert qualified("import torch\nout = find().add(torch.ones(1))", "find().add") == "torch.Tensor.add"
    assert qualified("import torch\nfind().add(torch.ones(1))", "find().add") == ""
    meter = "class Meter:\n    def add(self, value):\n        pass\n"
    assert qualified(f"import torch\n{meter}out = find().add(torch.ones(1))", "find().add") == ""


def test_a_tensor_or_something_unknown_is_not_surely_a_tensor() -> None:
    source = "import torch\ndef f(x, mean):\n    m = torch.ones(2) if torch.is_tensor(x) else mean\n    return m\n"
    file = read(main=source).of("main.py")
    assert file.value(expression(file, "m")).uncertain


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("import torch\nq, k = map(lambda t: t.reshape(2, -1), torch.rand(8).chunk(2))\nq.softmax(dim=0)", "q"),
        ("import torch\nsplit = lambda t: t.view(2, -1)\nq = split(torch.rand(8))", "q"),
        ("import torch\nsplit = lambda t: t.view(2, -1)\nq, k = map(split, torch.rand(8).chunk(2))", "t.view(2, -1)"),
        ("import torch\nfor x in map(torch.relu, [torch.rand(8)]):\n    x.softmax(dim=0)", "x"),
        (
            "import torch\nclass A:\n    def __init__(self):\n        self.act = lambda x: x.relu()\n"
            "    def run(self):\n        return self.act(torch.rand(3)).norm()",
            "self.act(torch.rand(3))",
        ),
        ("import torch\ndef twice(x):\n    return 2 * x\ny = list(map(twice, [torch.rand(3)]))[0]\ny.std()", "y"),
        ("import torch\nbig = list(filter(lambda t: t.size(0) > 1, [torch.rand(3)]))[0]\nbig.std()", "t"),
        ("import torch\nbig = list(filter(lambda t: t.size(0) > 1, [torch.rand(3)]))[0]\nbig.std()", "big"),
    ],
)
def test_it_follows_a_lambda_and_a_function_that_map_applies(source: str, text: str):
    file = read(main=source).of("main.py")
    last = [node for node in ast.walk(file.tree) if isinstance(node, ast.expr) and ast.unparse(node) == text][-1]
    assert file.value(last).kind is Kind.TENSOR


@pytest.mark.parametrize(
    "source",
    [
        "by = {'spread': lambda g: g.std(), 'size': lambda g: g.norm()}\nby[name](torch.ones(2))",
        "from torch import nn\nclass Then(nn.Module):\n    def __init__(self, fn):\n        super().__init__()\n"
        "        self.fn = fn\n    def forward(self, *args):\n        return self.fn(*args)\n"
        "net = nn.Sequential(Then(lambda g: g.unsqueeze(1) / g.std()), Then(lambda h: h.var()))",
        "from torch import nn\nclass Then(nn.Module):\n    def __init__(self, fn):\n        super().__init__()\n"
        "        self.fn = fn\n    def forward(self, x):\n        return self.fn(x)\n"
        "net = nn.Sequential(Then(lambda g: g.std()), Then(lambda h: h.var()))",
        "def f(g):\n    return g.std(dim=1)",
    ],
)
def test_it_knows_what_one_of_several_lambdas_or_a_method_with_a_dim_gets(source: str):
    assert qualified(f"import torch\n{source}", "g.std") == "torch.Tensor.std"


def test_a_method_with_a_dim_may_be_a_class_of_the_projects():
    source = (
        "import torch\nclass Table:\n    def std(self, dim):\n        return dim\ndef f(g):\n    return g.std(dim=1)"
    )
    assert qualified(source, "g.std") == ""


def test_a_lambda_of_numbers_gives_no_tensor():
    assert kind("import torch\nhalf = lambda n: n // 2\nm = half(4)\nm", "m") is not Kind.TENSOR


@pytest.mark.parametrize("kind", ["torch.FloatTensor", "torch.float", "Tensor"])
def test_what_is_given_a_type_of_tensors_is_one(kind: str):
    source = f"import torch\nTensor = torch.cuda.FloatTensor\ndef mask(x):\n    return (x > 0).type({kind})\n"
    assert qualified(source, "(x > 0).type") == "torch.Tensor.type"


def test_the_type_of_something_else_is_not_a_tensors():
    assert qualified("import torch\ndef f(x, field):\n    return x.type('int'), x.type(field)\n", "x.type") == ""


@pytest.mark.parametrize("text", ["x.size() + (n,)", "(n,) + x.shape[1:]", "x.shape[:-1] + x.shape"])
def test_what_is_added_to_a_size_makes_a_size(text: str):
    file = read(main=f"import torch\ndef f(x: torch.Tensor, n):\n    return {text}\n").of("main.py")
    assert file.value(expression(file, text)).of == "torch.Size"


@pytest.mark.parametrize(("given", "expected"), [("n, 1, 1", "torch.Tensor.repeat"), ("n, 1", ""), ("n", "")])
def test_what_is_repeated_along_three_dimensions_is_a_tensor(given: str, expected: str):
    assert qualified(f"import torch\ndef f(x, n):\n    return x.repeat({given})\n", "x.repeat") == expected


LOADED = "from torch.utils.data import DataLoader\nfrom own import Table\nloader = DataLoader(Table())\nfor batch in loader:\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("batch.image", ""),
        ("batch.cuda().image", ""),
        ("batch.shape", "torch.Tensor.shape"),
        ("loader.dataset.rows", ""),
    ],
)
def test_what_neither_tensors_nor_data_sets_have_is_the_programs_own(text: str, expected: str):
    assert qualified(f"{LOADED}    {text}\n", text) == expected


@pytest.mark.parametrize("name", ["criterion", "loss"])
def test_an_attribute_that_may_be_missing_is_like_its_default(name: str):
    source = (
        f"import torch\nfrom torch import nn\nc = getattr(nn.Linear(1, 1), '{name}', nn.CrossEntropyLoss)()\nc.type(s)"
    )
    assert qualified(source, "c.type") == "torch.nn.Module.type"


@pytest.mark.parametrize("text", ["net.fc", "net.fc.register_full_backward_hook(print)"])
def test_a_layer_of_a_sequential_may_be_asked_for_by_its_name(text: str):
    source = "import torch.nn as nn\nnet = nn.Sequential()\nnet.add_module('fc', nn.Linear(1, 1))\n"
    file = read(main=f"{source}{text}\n").of("main.py")
    assert file.value(expression(file, "net.fc")).kind is Kind.MODULE


def test_what_only_modules_have_is_theirs_whatever_has_it():
    source = "def watch(part, hook):\n    part.register_full_backward_hook(hook)\n"
    wanted = "torch.nn.Module.register_full_backward_hook"
    assert qualified(source, "part.register_full_backward_hook") == wanted
