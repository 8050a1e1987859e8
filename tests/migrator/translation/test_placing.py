import ast

import pytest

from migrator.names.modules import Modules
from migrator.translation.facts import FileFacts
from migrator.translation.placing import support_folders

MAIN = "\nif __name__ == '__main__':\n    pass\n"


def folders(files, users):
    facts = {path: FileFacts.of(ast.parse(text)) for path, text in files.items()}
    return list(support_folders(facts, Modules(files), users))


@pytest.mark.parametrize(
    ("files", "users", "expected"),
    [
        ({"train.py": "import net" + MAIN, "net.py": ""}, ["net.py"], [""]),
        ({"gcn/train.py": "from net import N" + MAIN, "gcn/net.py": "N = 1"}, ["gcn/net.py"], ["gcn"]),
        ({"gcn/train.py": MAIN}, ["gcn/train.py"], ["gcn"]),
        ({"train.py": "from pkg import net" + MAIN, "pkg/net.py": MAIN, "pkg/__init__.py": ""}, ["pkg/net.py"], [""]),
        ({"pkg/train.py": "from .net import N" + MAIN, "pkg/net.py": "N = 1"}, ["pkg/net.py"], [""]),
        ({"a/train.py": MAIN, "b/train.py": MAIN}, ["a/train.py", "b/train.py"], ["a", "b"]),
        (
            {"train.py": "import net" + MAIN, "net.py": "", "tools/show.py": "import net" + MAIN},
            ["net.py"],
            ["", "tools"],
        ),
        ({"a.py": "import b", "b.py": "import a"}, ["a.py"], [""]),
        ({"lib/net.py": "x = 1"}, ["lib/net.py"], [""]),
    ],
)
def test_the_support_file_lies_where_a_program_looks_for_it(files, users, expected):
    assert folders(files, users) == expected


def test_a_copy_serves_what_is_imported_by_name_and_the_packages_around_it():
    files = {
        "tools/train.py": "import lib.net" + MAIN,
        "lib/__init__.py": "import importlib\nfor name in ('a', 'b'):\n    importlib.import_module('lib.losses.' + name)\n",
        "lib/net.py": "",
        "lib/losses/a.py": "",
    }
    facts = {path: FileFacts.of(ast.parse(text)) for path, text in files.items()}
    found = support_folders(facts, Modules(files), ["tools/train.py", "lib/losses/a.py"])
    assert found["tools"] == {"tools/train.py", "lib/losses/a.py"}


def test_each_copy_serves_the_programs_beside_it():
    files = {"a/train.py": "import net" + MAIN, "a/net.py": "", "b/train.py": MAIN}
    facts = {path: FileFacts.of(ast.parse(text)) for path, text in files.items()}
    assert support_folders(facts, Modules(files), ["a/net.py", "b/train.py"]) == {
        "a": {"a/net.py"},
        "b": {"b/train.py"},
    }
