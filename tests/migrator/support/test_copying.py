"""What is copied into a project is whole: it names nothing that is not copied or imported with it."""

import json
import subprocess
import sys

from migrator import support


def test_every_definition_brings_all_that_it_names(tmp_path):
    for name in support.names():
        (tmp_path / f"{name}.py").write_text(support.module_text([name]), encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--exit-zero", "--output-format=json"]
    done = subprocess.run([*command, "--select=F821,F811,F401", "."], cwd=tmp_path, capture_output=True, check=True)
    assert [(item["filename"].rpartition("/")[2], item["message"]) for item in json.loads(done.stdout)] == []


def test_a_definition_read_by_itself_is_the_one_that_its_whole_file_gives():
    assert {name: support.definition(name) for name in support.names()} == support.definitions()
