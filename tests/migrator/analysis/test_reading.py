import pytest

from migrator.analysis import analyze_project
from migrator.analysis.reading import code_line_numbers, read
from migrator.project import Project, SourceFile

HOSTILE = {
    "many parentheses": "(" * 300 + "1" + ")" * 300,
    "many minus signs": "-" * 200_000 + "1",
    "a long sum": "+".join(["1"] * 200_000),
    "many attributes": "a" + ".b" * 100_000,
    "nested lists": "x = " + "[" * 150 + "]" * 150,
    "nested calls": "f(" * 90 + ")" * 90,
    "many subscripts": "a" + "[0]" * 50_000,
    "deep blocks": "".join(" " * i + "if 1:\n" for i in range(99)) + " " * 99 + "pass\n",
    "a long elif": "if a:\n pass\n" + "elif b:\n pass\n" * 20_000,
    "a middling elif": "if a:\n pass\n" + "elif b:\n pass\n" * 400,
    "a huge text": "x='" + "a" * 3_000_000 + "'",
    "too huge a text": "x='" + "a" * 6_000_000 + "'",
    "a null byte": "a = 1\0",
    "a huge number": "x = " + "9" * 10_000,
    "many lambdas": "lambda:" * 50_000 + "1",
    "many nots": "not " * 50_000 + "1",
    "a long comparison": "a<" * 50_000 + "a",
    "many texts": "x=" + "'a' " * 100_000,
    "a deep f-string": "f'{" * 10,
    "many conditions": "1 if 1 else " * 20_000 + "1",
    "a deep chain of methods": "import torch\nx = torch.ones(1)" + ".abs()" * 90 + "\n",
    "a middling sum": "import torch\nx = torch.ones(1)" + " + 1" * 150 + "\n",
    "nothing": "",
    "only a byte-order mark": "\ufeff",
    "a form feed": "import torch\n\x0c\nx = torch.ones(1)\n",
    "a cut-off decorator": "@",
    "an unfinished text": "x = '''abc",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_source_gives_a_finding_and_not_a_crash(name):
    found = analyze_project(Project.from_files("p", {"a.py": HOSTILE[name].encode(), "ok.py": b"x = 1\n"}))
    hostile, fine = found.files
    assert fine.kept
    assert hostile.kept or hostile.findings or hostile.role != "mixed"
    found.to_json()


@pytest.mark.parametrize(
    "data",
    [
        b"# -*- coding: utf-8 -*-\nx = '\xff\xfe'\n",
        b"# -*- coding: nonsense -*-\nx = 1\n",
        b"\xff\xfex\x00=\x001\x00",
        b"\x00" * 100,
        bytes(range(256)),
    ],
)
def test_bytes_that_are_no_text_give_a_finding_with_a_line(data):
    found = analyze_project(Project.from_files("p", {"a.py": data}))
    (finding,) = found.files[0].findings
    assert finding.code == "MF001"
    assert finding.line >= 1


def test_the_line_of_a_wrong_byte_is_named():
    (parsed,) = read([SourceFile("a.py", b"x = 1\ny = 2\nz = '\xff'\n")])
    assert parsed.finding is not None
    assert parsed.finding.line == 3


@pytest.mark.parametrize(
    "data",
    [
        b"import torch\r\nx = torch.ones(1)\r\n",
        b"import torch\rx = torch.ones(1)\r",
        b"\xef\xbb\xbfimport torch\nx = torch.ones(1)\n",
        "# coding: latin-1\nimport torch\nx = torch.ones(1)  # \xe9\n".encode("latin-1"),
        b"import torch\nx = torch.ones(1)",
    ],
)
def test_line_ends_marks_and_encodings_of_all_kinds_are_read(data):
    found = analyze_project(Project.from_files("p", {"a.py": data}))
    assert not [finding for finding in found.files[0].findings if finding.code == "MF001"]
    assert not found.files[0].kept


def test_code_lines_leave_out_blanks_comments_and_docstrings():
    text = '"""Doc.\n\nMore.\n"""\n# note\n\nx = 1  # here\ny = """a\n# not a comment\n"""\n'
    (parsed,) = read([SourceFile("a.py", text.encode())])
    assert code_line_numbers(parsed) == {7, 8, 9, 10}
