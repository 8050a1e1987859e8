import ast

import pytest

from migrator.names.modules import Modules
from migrator.translation.facts import FileFacts, components


def facts_of(files):
    return {path: FileFacts.of(ast.parse(text)) for path, text in files.items()}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.py": "import b", "b.py": "", "c.py": ""}, [["a.py", "b.py"], ["c.py"]]),
        ({"p/a.py": "from . import b", "p/b.py": "", "p/c.py": ""}, [["p/a.py", "p/b.py"], ["p/c.py"]]),
        ({"p/__init__.py": "", "p/a.py": "", "t.py": "import p.a"}, [["p/__init__.py", "p/a.py", "t.py"]]),
        ({"p/a.py": "", "t.py": "def f():\n    from p.a import x"}, [["p/a.py", "t.py"]]),
        (
            {"x/a.py": "import b", "x/b.py": "", "y/a.py": "import b", "y/b.py": ""},
            [["x/a.py", "x/b.py"], ["y/a.py", "y/b.py"]],
        ),
        (
            {"t.py": "x = import_module('nets.' + name)", "nets/a.py": "", "nets/b.py": "", "c.py": ""},
            [["c.py"], ["nets/a.py", "nets/b.py", "t.py"]],
        ),
        ({"a.py": "from b import *", "b.py": "from c import *", "c.py": ""}, [["a.py", "b.py", "c.py"]]),
    ],
)
def test_files_that_import_each_other_are_one_group(files, expected):
    assert components(facts_of(files), Modules(files)) == expected


def test_facts_survive_json():
    facts = FileFacts.of(ast.parse("import torch\nfrom .a import b, c\nx.grad.zero_()\nprint(1)"), "latin-1", "\r\n")
    assert facts.torch and facts.gradients and facts.script and facts.imports_relatively
    assert FileFacts.from_json(facts.to_json()) == facts


def test_the_gradient_function_of_autograd_is_no_gradient():
    assert not FileFacts.of(ast.parse("torch.autograd.grad(x, y)")).gradients
