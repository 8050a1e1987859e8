from migrator.analysis import analyze_project
from migrator.project import Project


def test_the_api_that_holds_the_most_lines_back_comes_first():
    lines = "".join(f"    y = y + {n}\n" for n in range(20))
    text = (
        "import torch\n\n"
        f"def small(x):\n    return torch.not_a_function(x)\n\n"
        f"def large(x):\n    y = torch.another_function(x)\n{lines}    return y\n"
    )
    found = analyze_project(Project.from_files("p", {"a.py": text.encode()}))
    assert [row.api for row in found.effort.held_back][:2] == ["torch.another_function", "torch.not_a_function"]
    assert found.effort.held_back[0].lines > 20
    assert found.effort.held_back[0].places == ("a.py:7",)
    assert found.effort.total == "hours"


def test_every_use_is_a_finding_at_its_place():
    found = analyze_project(Project.from_files("p", {"a.py": b"import torch\ny = 1 + torch.not_a_function(2)\n"}))
    (finding,) = found.files[0].findings
    assert (finding.code, finding.line, finding.column, finding.api) == ("MF110", 2, 8, "torch.not_a_function")


def test_what_has_no_likeness_in_mindspore_is_a_redesign():
    text = b"import torch.fx\nt = torch.fx.symbolic_trace(print)\n"
    assert analyze_project(Project.from_files("p", {"a.py": text})).effort.total == "redesign"


def test_a_project_that_stays_takes_minutes():
    found = analyze_project(Project.from_files("p", {"a.py": b"print(1)\n"}))
    assert (found.effort.total, found.effort.minutes, found.effort.items) == ("minutes", 0, ())


def test_a_finding_counts_characters_where_the_tree_counts_bytes():
    source = 's = "äöü"; y = torch.not_a_function(2)\n'
    found = analyze_project(Project.from_files("p", {"a.py": f"import torch\n{source}".encode()}))
    (finding,) = found.files[0].findings
    assert finding.column == source.index("torch")


def test_every_finding_says_what_it_takes():
    sources = {
        "a.py": b"import timm\nfrom apex import amp\nimport torch\nimport torch.fx\n"
        b"x = torch.not_a_function(2)\ny = torch.fx.symbolic_trace(x)\neval(x)\n",
        "k.cu": b"__global__ void k() {}\n",
        "n.ipynb": b"{}",
        "train.py": b"print 1\n",
    }
    found = analyze_project(Project.from_files("p", sources)).to_json()
    listed = [*found["findings"], *(finding for file in found["files"] for finding in file["findings"])]
    efforts = {(finding["code"], finding["api"] or finding["path"]): finding["effort"] for finding in listed}
    assert efforts == {
        ("MF004", "timm"): "hours",
        ("MF003", "apex"): "redesign",
        ("MF110", "torch.not_a_function"): "hours",
        ("MF110", "torch.fx.symbolic_trace"): "redesign",
        ("MF007", "a.py"): "minutes",
        ("MF001", "train.py"): "minutes",
        ("MF006", ""): "minutes",
        ("MF008", "k.cu"): "redesign",
        ("MF008", "n.ipynb"): "hours",
    }
