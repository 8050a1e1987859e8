"""What is copied into a project is whole: it names nothing that is not copied or imported with it."""

import ast
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


def test_every_definition_of_a_file_is_found_whole_without_reading_the_file():
    for file in sorted(support.FOLDER.glob("*.py")):
        if file.name == "__init__.py":
            continue
        text = file.read_text(encoding="utf-8")
        for statement in ast.parse(text).body:
            defined = isinstance(statement, ast.FunctionDef | ast.ClassDef)
            if not defined and not isinstance(statement, ast.Assign | ast.AnnAssign):
                continue
            target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
            found = support.definition(statement.name if defined else target.id)
            first = min([statement.lineno, *(item.lineno for item in getattr(statement, "decorator_list", []))])
            assert found.source == "".join(text.splitlines(keepends=True)[first - 1 : statement.end_lineno])


def test_a_name_that_a_class_gives_itself_brings_no_function_of_that_name():
    assert "mode" in support.names() and "mode =" in support.definition("Normal").source
    assert "mode" not in support.definition("Normal").uses
