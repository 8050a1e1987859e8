"""All samples and test programs as one project: no translation may break a promise."""

import pytest

from migrator.project import Project
from tests.benchmarks.quality import PROMISES, faults
from tests.benchmarks.translation import own_corpus


@pytest.mark.parametrize("target", ["cpu", "ascend", "portable"])
def test_the_samples_and_programs_keep_every_promise(target, tmp_path):
    every = faults(Project.from_folder(own_corpus(tmp_path, 1)), target)
    found = [fault for fault in every if fault.promise in PROMISES]
    assert not found, "\n".join(f"{fault.path}:{fault.line}: not: {fault.promise}: {fault.detail}" for fault in found)


@pytest.mark.parametrize(
    ("source", "promise"),
    [
        ("import torch\n\nprint(torch.ones(2))  # a comment\n", None),
        ("from things import torch\n\n\ndef f():\n    return torch\n", None),
    ],
)
def test_what_is_right_is_no_fault(source, promise):
    assert faults(Project.from_files("p", {"a.py": source.encode()})) == []


def test_broken_promises_are_found(monkeypatch):
    """With a translation that breaks them all, as far as one file can."""
    from tests.benchmarks import quality

    broken = (
        b"import os\na = g(\n    1, 2)\nimport sys\nfrom mindspore import ops\n\n\n\n\ndef f(x):\n    y = 1\n    x.backward()\n"
        b"    if x:\n        pass\n    return torch.ones(2) + z\n\n\n"
        b"# TODO(mindferry MF110): why\n# TODO(mindferry MF110): why\nprint(a)\n"
    )

    def translate(project, target):
        texts = {file.path: broken + b"# again\n" * len(file.data) for file in project.files}
        files = tuple(
            quality.TranslatedFile(path, text, "translated", line_map=(0,) * text.count(b"\n"))
            for path, text in texts.items()
        )
        return quality.ProjectTranslation(target, files, ())

    monkeypatch.setattr(quality, "translate_project", translate)
    found = faults(
        Project.from_files("p", {"a.py": b"import os\na = g(1, 2)\nimport sys\nimport torch\n# kept?\n\n# 1"})
    )
    assert {fault.promise for fault in found} == set(PROMISES) - {PROMISES[0], PROMISES[1]}
