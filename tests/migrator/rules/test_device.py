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


@pytest.mark.parametrize(
    ("chain", "left"),
    [
        ("elif torch.cuda.device_count() > 1:\n        print(1)\n", ""),
        (
            "elif torch.backends.mps.is_available():\n        print(1)\n    elif x:\n        print(2)\n",
            "    if x:\n        print(2)\n",
        ),
        ("elif not torch.cuda.is_available():\n        print(1)\n    else:\n        print(2)\n", "    print(1)\n"),
    ],
)
def test_a_chain_of_questions_about_gpus_is_answered_to_its_end(chain, left):
    head = "def f(x):\n"
    source = f"import torch\n\n{head}    if torch.cuda.is_available():\n        print(0)\n    {chain}    return x\n"
    assert translate_source(source, target="cpu").code == f"{head}{left}    return x\n"


def test_nothing_is_a_tensor_on_a_gpu_or_a_compiled_module():
    source = "import torch\n\n\nclass Net(torch.jit.ScriptModule):\n    @torch.jit.script_method\n    def forward(self, x):\n"
    source += (
        "        if isinstance(x.data, torch.cuda.FloatTensor) and self.ngpu > 1:\n            return self.spread(x)\n"
    )
    source += "        return x\n\n\nnet = Net()\nassert not isinstance(net, torch.jit.ScriptModule)\n"
    code = translate_source(source, target="cpu").code
    assert "class Net(nn.Cell):\n    def construct(self, x):\n        return x\n\n\nnet = Net()\n" in code


def test_what_only_a_gpu_would_be_asked_is_no_finding():
    code = "import torch\n\nstate = {'rng': torch.cuda.get_rng_state_all() if torch.cuda.is_available() else None}\n"
    result = translate_source(code, target="cpu")
    assert result.code == "state = {'rng': None}\n"
    assert not [finding for finding in result.findings if finding.severity.value == "error"]


@pytest.mark.parametrize(
    ("choice", "left"),
    [
        ("torch.device('cuda') if gpu >= 0 else torch.device('cpu')", "ms.get_context('device_target').lower()"),
        ("torch.cuda.LongTensor if gpu else torch.LongTensor", "LongTensor"),
        ("torch.cuda.LongTensor if gpu else torch.FloatTensor", "LongTensor if gpu else FloatTensor"),
    ],
)
def test_a_choice_between_devices_that_are_one_here_is_made(choice, left):
    source = f"import torch\n\n\ndef chosen(gpu):\n    return {choice}\n"
    assert translate_source(source, target="cpu").code.endswith(f"def chosen(gpu):\n    return {left}\n")
