from migrator.analysis import analyze_project
from migrator.analysis.packages import known
from migrator.project import Project


def uses(text, **more):
    files = {"a.py": text.encode(), **{name.replace("__", "."): data.encode() for name, data in more.items()}}
    found = analyze_project(Project.from_files("p", files))
    return {package.name: package for package in found.packages}, found


def test_numpy_stays_torch_has_a_counterpart_apex_blocks():
    packages, found = uses("import os\nimport numpy as np\nimport torch\nfrom apex import amp\n")
    assert {name: package.use for name, package in packages.items()} == {
        "numpy": "reusable",
        "torch": "counterpart",
        "apex": "blocks",
    }
    assert [finding.code for finding in found.files[0].findings] == ["MF003"]
    assert found.effort.total == "redesign"


def test_modules_and_folders_of_the_project_are_no_packages():
    packages, _ = uses("import b\nfrom nested import c\n", b__py="", **{"nested/c__py": ""})
    assert packages == {}


def test_an_unknown_package_stays_unless_a_tensor_is_handed_to_it():
    packages, _ = uses("import foo\nimport bar\nimport torch\nfoo.f(1)\nbar.g(torch.ones(2))\n")
    assert packages["foo"].use == "reusable"
    assert packages["bar"].use == "counterpart"
    assert "a.py:5" in packages["bar"].detail


def test_a_package_that_needs_a_counterpart_names_it():
    packages, found = uses("import timm\n")
    assert "MindCV" in packages["timm"].detail
    assert [finding.code for finding in found.files[0].findings] == ["MF004"]


def test_every_known_package_has_a_use_and_a_detail():
    for use, detail in known().values():
        assert use in ("reusable", "counterpart", "blocks")
        assert detail


def test_what_uses_a_package_that_cannot_stay_moves_and_is_held_back_by_it():
    lines = "import timm\nimport yaml\n\n\ndef build(name):\n    print(name)\n    return timm.create_model(name)\n"
    _, found = uses(f"{lines}\n\ndef settings(path):\n    return yaml.load(path)\n")
    (file,) = found.files
    roles = {unit.name: (unit.role, unit.reason) for unit in file.units}
    assert not file.kept
    assert roles["build"] == ("model", "uses timm: timm.create_model at line 7")
    assert roles["settings"][0] == "reusable"
    (row,) = found.effort.held_back
    assert (row.api, row.lines, row.estimate) == ("timm", 3, "hours")


def test_a_module_of_the_project_may_be_called_like_a_package():
    _, found = uses("import timm\ntimm.create_model(3)\n", timm__py="def create_model(n):\n    return n\n")
    assert all(file.kept for file in found.files)
